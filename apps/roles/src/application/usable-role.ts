import { REALM_SCOPE } from '#contracts';
import { AppError } from '#errors';
import type { RoleTransaction, Scope, Subject } from '../domain/role-store.js';
import { scopeOf, type Role } from '../domain/role.js';

/** A role that stays as it is until the transaction ends, with where it lives. */
export interface UsableRole {
  readonly role: Role;
  readonly realm: Scope;
  /** The role's own scope: the realm's again, or the client's. */
  readonly scope: Scope;
}

/** Finds the role of a realm by `pick` and keeps it as it is. @throws AppError `not_found`. */
export async function lockUsableRole(
  transaction: RoleTransaction,
  realmId: string,
  pick: (transaction: RoleTransaction) => Promise<Role | null>,
): Promise<UsableRole> {
  const realm = await lockLiveScope(transaction, realmId, REALM_SCOPE);
  const found = await pick(transaction);
  if (found === null) throw noSuchRole();
  if (found.clientId === null) return { role: found, realm, scope: realm };
  const scope = await lockLiveScope(transaction, realmId, scopeOf(found));
  // Its scope was not locked when it was found: somebody may have changed or removed it in between.
  const role = await transaction.findRole(realmId, found.id);
  if (role === null) throw noSuchRole();
  return { role, realm, scope };
}

/** @throws AppError `not_found` for a user that was deleted. */
export function requirePresent({ removed }: Subject): void {
  if (removed) throw new AppError('not_found', { detail: 'The realm has no such user.', reason: 'unknown_subject' });
}

async function lockLiveScope(transaction: RoleTransaction, realmId: string, scope: string): Promise<Scope> {
  const locked = await transaction.lockScope({ realmId, scope }, 'use');
  if (locked === null || locked.removed) throw noSuchRole();
  return locked;
}

function noSuchRole(): AppError {
  return new AppError('not_found', { detail: 'The realm has no such role.', reason: 'unknown_role' });
}
