import type { RoleStore } from '../domain/role-store.js';
import { scopeOf, type Role } from '../domain/role.js';
import { catalogueOf } from '../domain/snapshot-state.js';

/** A role with the names of its permissions. */
export interface DescribedRole extends Role {
  readonly permissionNames: readonly string[];
}

/** Names the permissions of roles of one realm, each by the catalogue of its scope. */
export async function describeRoles(
  store: RoleStore,
  realmId: string,
  roles: readonly Role[],
): Promise<readonly DescribedRole[]> {
  const scopes = [...new Set(roles.map(scopeOf))];
  const states = await store.readScopes(scopes.map((scope) => ({ realmId, scope })));
  const catalogues = new Map(
    scopes.map((scope, index) => [scope, catalogueOf(scope, states[index]?.permissions ?? [])]),
  );
  return roles.map((role) => ({ ...role, permissionNames: catalogues.get(scopeOf(role))?.namesOf(role.mask) ?? [] }));
}
