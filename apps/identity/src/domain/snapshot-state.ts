import type { SnapshotOf, UserSnapshot } from '#contracts';
import { canSignIn, type User } from './user.js';
import type { UserAddress } from './user-store.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What the hot path reads of a user. */
export function userState(user: User | null): SnapshotOf<typeof UserSnapshot> | null {
  if (user === null) return null;
  const { id, realmId, clientId, username, enabled } = user;
  return { id, realmId, clientId, username, enabled, ...(clientId === null ? { canSignIn: canSignIn(user) } : {}) };
}

/** Reads the key of a user's snapshot; null for one that can name nobody. */
export function userAddressOf(key: string): UserAddress | null {
  const [realmId, userId, ...rest] = key.split('/');
  if (realmId === undefined || userId === undefined || rest.length > 0) return null;
  return UUID.test(realmId) && UUID.test(userId) ? { realmId, userId } : null;
}
