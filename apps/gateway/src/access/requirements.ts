import { MASTER_REALM, type BuiltInPermissionName } from '#contracts';
import { SetMetadata, type CustomDecorator } from '@nestjs/common';

/** What a route asks of its caller. */
export type Requirement =
  | { readonly kind: 'public' }
  | {
      readonly kind: 'permissions';
      /** One of these is enough. */
      readonly anyOf: readonly BuiltInPermissionName[];
      /** When set, only tokens of this realm are let in. */
      readonly issuedBy: string | null;
    };

/** Where a requirement is kept on a handler. */
export const REQUIREMENT_METADATA = 'chancery:requirement';

/** Opens a route to everybody. */
export function Public(): CustomDecorator {
  return declare({ kind: 'public' });
}

/** Opens a route to bearers who hold at least one of the permissions in the target realm. */
export function RequirePermissions(
  ...anyOf: readonly [BuiltInPermissionName, ...BuiltInPermissionName[]]
): CustomDecorator {
  return declare({ kind: 'permissions', anyOf, issuedBy: null });
}

/** Opens a route to bearers of `master` who hold at least one of the permissions there. */
export function RequireMasterPermissions(
  ...anyOf: readonly [BuiltInPermissionName, ...BuiltInPermissionName[]]
): CustomDecorator {
  return declare({ kind: 'permissions', anyOf, issuedBy: MASTER_REALM });
}

/** The requirement of a handler; undefined when none is declared, which lets nobody in. */
export function requirementOf(handler: object): Requirement | undefined {
  return Reflect.getMetadata(REQUIREMENT_METADATA, handler) as Requirement | undefined;
}

function declare(requirement: Requirement): CustomDecorator {
  return SetMetadata(REQUIREMENT_METADATA, requirement);
}
