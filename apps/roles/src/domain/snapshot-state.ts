import { REALM_SCOPE, type AssignmentsSnapshot, type RoleScopeSnapshot, type SnapshotOf } from '#contracts';
import { PermissionCatalogue, type OwnPermission } from './permission-catalogue.js';
import type { HeldRole, Scope, ScopeContents, SubjectAddress } from './role-store.js';

/** The catalogue of a scope. */
export function catalogueOf(scope: string, own: readonly OwnPermission[]): PermissionCatalogue {
  return scope === REALM_SCOPE ? PermissionCatalogue.ofRealm(own) : PermissionCatalogue.ofClient(own);
}

/** What the hot path reads of a subject. */
export function assignmentsState(
  { realmId, subjectId }: SubjectAddress,
  held: readonly HeldRole[],
): SnapshotOf<typeof AssignmentsSnapshot> {
  return { realmId, subjectId, roles: held.map(({ roleId, scope }) => ({ roleId, scope })) };
}

/** What the hot path reads of a scope: null once it is removed, so that its roles grant nothing any more. */
export function scopeState(
  { realmId, scope, audience, removed }: Scope,
  { roles, permissions }: ScopeContents,
): SnapshotOf<typeof RoleScopeSnapshot> | null {
  if (removed) return null;
  return {
    realmId,
    scope,
    audience,
    permissions: catalogueOf(scope, permissions).permissions.map(({ bit, name }) => ({ bit, name })),
    roles: roles.map(({ id, name, mask }) => ({ id, name, mask: mask.toString() })),
  };
}
