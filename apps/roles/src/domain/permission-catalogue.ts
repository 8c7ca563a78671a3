import { BUILT_IN_PERMISSIONS, type Permission } from '#contracts';
import { bitsOf, maskOf, type PermissionMask } from './mask.js';

/** A permission that a realm or a client named itself. */
export interface OwnPermission {
  readonly bit: number;
  readonly name: string;
  readonly description: string | null;
  /** Grows with each change of its name or description. */
  readonly version: number;
}

/** The permissions a scope's masks are made of, by bit. */
export class PermissionCatalogue {
  private constructor(readonly permissions: readonly Permission[]) {}

  /** A realm's catalogue: the built-in permissions (they need no rows) and the realm's own. */
  static ofRealm(own: readonly OwnPermission[]): PermissionCatalogue {
    const builtIn = BUILT_IN_PERMISSIONS.map(({ bit, name, reserved }) => ({
      bit,
      name,
      description: null,
      builtIn: true,
      reserved,
    }));
    return new PermissionCatalogue([...builtIn, ...named(own)].sort(byBit));
  }

  /** The catalogue of a client acting as an API. */
  static ofClient(own: readonly OwnPermission[]): PermissionCatalogue {
    return new PermissionCatalogue([...named(own)].sort(byBit));
  }

  /** The names of a mask's permissions, by bit. A bit without a name has none to show. */
  namesOf(mask: PermissionMask): string[] {
    const bits = new Set(bitsOf(mask));
    return this.permissions.filter(({ bit }) => bits.has(bit)).map(({ name }) => name);
  }

  /** The mask of these names. Names of no permission here grant nothing. */
  maskOf(names: readonly string[]): PermissionMask {
    const wanted = new Set(names);
    return maskOf(this.permissions.filter(({ name }) => wanted.has(name)).map(({ bit }) => bit));
  }
}

function named(own: readonly OwnPermission[]): readonly Permission[] {
  return own.map((permission) => ({ ...permission, builtIn: false, reserved: false }));
}

function byBit(left: Permission, right: Permission): number {
  return left.bit - right.bit;
}
