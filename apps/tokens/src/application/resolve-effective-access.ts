import { AssignmentsSnapshot, assignmentsSnapshotKey, RoleScopeSnapshot, roleScopeSnapshotKey } from '#contracts';
import { assignedScopes, effectiveAccess, type Assignments, type EffectiveAccess, type RoleScope } from '#access';
import type { SnapshotView } from './snapshot-view.js';

/** What a subject holds now, and the scopes it was read from. */
export interface ResolvedAccess {
  readonly access: EffectiveAccess;
  readonly scopes: readonly string[];
  /** What `access` was made of, to explain it. */
  readonly assignments: Assignments | null;
  readonly roleScopes: readonly (RoleScope | null)[];
}

const NO_SCOPES: readonly string[] = [];
const NO_ROLE_SCOPES: readonly null[] = [];

/**
 * Reads what a subject holds now: assignments, then each scope in which a role is assigned. Snapshots that are not of this
 * realm, subject or scope count as absent and give nothing.
 */
export async function resolveEffectiveAccess(
  view: SnapshotView,
  realmId: string,
  subjectId: string,
): Promise<ResolvedAccess> {
  const assignments = await readAssignments(view, realmId, subjectId);
  if (assignments === null) {
    return { access: effectiveAccess(null, []), scopes: NO_SCOPES, assignments, roleScopes: NO_ROLE_SCOPES };
  }
  const scopes = assignedScopes(assignments);
  const roleScopes = await Promise.all(scopes.map((scope) => readRoleScope(view, realmId, scope)));
  return { access: effectiveAccess(assignments, roleScopes), scopes, assignments, roleScopes };
}

async function readAssignments(view: SnapshotView, realmId: string, subjectId: string): Promise<Assignments | null> {
  const assignments = await view.read(AssignmentsSnapshot, assignmentsSnapshotKey(realmId, subjectId));
  return assignments?.realmId === realmId && assignments.subjectId === subjectId ? assignments : null;
}

async function readRoleScope(view: SnapshotView, realmId: string, scope: string): Promise<RoleScope | null> {
  const roleScope = await view.read(RoleScopeSnapshot, roleScopeSnapshotKey(realmId, scope));
  return roleScope?.realmId === realmId && roleScope.scope === scope ? roleScope : null;
}
