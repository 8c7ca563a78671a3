import {
  REALM_MANAGEMENT_CLIENT_ID,
  REALM_SCOPE,
  type AssignmentsSnapshot,
  type RoleScopeSnapshot,
  type SnapshotOf,
} from '#contracts';
import { isScopeToken } from '#oauth';

/** The roles a subject holds, as the roles service knows it now. */
export type Assignments = SnapshotOf<typeof AssignmentsSnapshot>;
/** The roles and the catalogue of one scope, as the roles service knows it now. */
export type RoleScope = SnapshotOf<typeof RoleScopeSnapshot>;

/** What a subject holds at one API (or, `realmWide`, in the realm itself). */
export interface HeldScope {
  readonly realmWide: boolean;
  /** The `client_id` of the API: what `aud` says of a token that carries these permissions. */
  readonly audience: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

/** Everything a subject holds. */
export type EffectiveAccess = readonly HeldScope[];

const NOTHING: EffectiveAccess = [];
const remembered = new WeakMap<
  Assignments,
  { readonly scopes: readonly (RoleScope | null)[]; access: EffectiveAccess }
>();

/** The distinct scopes in which roles are held, in a stable order. */
export function assignedScopes(assignments: Assignments): readonly string[] {
  return [...new Set(assignments.roles.map((role) => role.scope))];
}

/**
 * The OR of the masks of a subject's roles for each scope, read through that scope's catalogue. Roles and bits that the
 * catalogue does not know (any more) give nothing. The result is remembered for the very snapshots it was made of: a
 * snapshot object is the same while its version is, so warm requests only compare references.
 *
 * @param scopes one for each of `assignedScopes(assignments)`, in that order; null for one that does not exist
 */
export function effectiveAccess(
  assignments: Assignments | null,
  scopes: readonly (RoleScope | null)[],
): EffectiveAccess {
  if (assignments === null) return NOTHING;
  const known = remembered.get(assignments);
  if (known?.scopes.length === scopes.length && known.scopes.every((scope, i) => scope === scopes[i])) {
    return known.access;
  }
  const access = scopes.flatMap((scope) => (scope === null ? [] : heldIn(scope, assignments)));
  remembered.set(assignments, { scopes, access });
  return access;
}

/** The roles of a scope that a subject holds. */
export function rolesHeldIn(scope: RoleScope, assignments: Assignments): RoleScope['roles'] {
  const assigned = new Set(assignments.roles.filter((role) => role.scope === scope.scope).map((role) => role.roleId));
  return scope.roles.filter((role) => assigned.has(role.id));
}

/** What `aud` says of a token that carries permissions of this scope. */
export function audienceOf(scope: RoleScope): string {
  return scope.scope === REALM_SCOPE ? REALM_MANAGEMENT_CLIENT_ID : scope.audience;
}

function heldIn(scope: RoleScope, assignments: Assignments): HeldScope[] {
  const roles = rolesHeldIn(scope, assignments);
  if (roles.length === 0) return [];
  const mask = roles.reduce((union, role) => union | BigInt(role.mask), 0n);
  const realmWide = scope.scope === REALM_SCOPE;
  return [
    {
      realmWide,
      audience: audienceOf(scope),
      roles: roles.map((role) => role.name),
      permissions: scope.permissions
        // A name that no scope could hold could be neither asked for nor narrowed away.
        .filter(({ bit, name }) => (mask & (1n << BigInt(bit))) !== 0n && isScopeToken(name))
        .map(({ name }) => name),
    },
  ];
}
