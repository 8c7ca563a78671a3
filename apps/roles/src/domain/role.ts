import { BUILT_IN_PERMISSIONS, REALM_SCOPE } from '#contracts';
import { maskOf, type PermissionMask } from './mask.js';

/** A named mask over the catalogue of its scope. */
export interface Role {
  readonly id: string;
  readonly realmId: string;
  /** The client whose role it is; null for the realm's. */
  readonly clientId: string | null;
  readonly name: string;
  readonly description: string | null;
  readonly mask: PermissionMask;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** `realm` or the UUID of the client: whose catalogue a role's bits belong to. */
export function scopeOf(role: Pick<Role, 'clientId'>): string {
  return role.clientId ?? REALM_SCOPE;
}

/** The role that holds every built-in permission. */
export const ADMIN_ROLE = 'admin';

/** A role that every realm comes with. */
export interface BuiltInRole {
  readonly name: string;
  readonly description: string;
  readonly mask: PermissionMask;
}

/** The roles that every realm comes with. */
export const BUILT_IN_ROLES: readonly BuiltInRole[] = [
  {
    name: ADMIN_ROLE,
    description: 'Every administration permission',
    mask: maskOf(BUILT_IN_PERMISSIONS.map(({ bit }) => bit)),
  },
  {
    name: 'viewer',
    description: 'Looks at everything, changes nothing',
    mask: maskOf(
      BUILT_IN_PERMISSIONS.filter(({ name }) => name.startsWith('view_') || name.startsWith('query_')).map(
        ({ bit }) => bit,
      ),
    ),
  },
];
