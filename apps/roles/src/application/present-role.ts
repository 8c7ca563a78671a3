import { AppError } from '#errors';
import type { RoleStore, ScopeContents } from '../domain/role-store.js';
import type { Role } from '../domain/role.js';

/** The role of a realm as it is stored now. @throws AppError `not_found`. */
export async function requireRole(store: RoleStore, realmId: string, id: string): Promise<Role> {
  const role = await store.findRole(realmId, id);
  if (role === null) throw noSuchRole();
  return role;
}

/** The role as its locked scope has it. @throws AppError `not_found`, `precondition_failed` for another version. */
export function presentRole(
  { roles }: ScopeContents,
  { id, ifVersion }: { readonly id: string; readonly ifVersion: number | null },
): Role {
  const role = roles.find((one) => one.id === id);
  if (role === undefined) throw noSuchRole();
  if (ifVersion !== null && role.version !== ifVersion) {
    throw new AppError('precondition_failed', { detail: 'The role has changed since it was read.' });
  }
  return role;
}

function noSuchRole(): AppError {
  return new AppError('not_found', { detail: 'The realm has no such role.', reason: 'unknown_role' });
}
