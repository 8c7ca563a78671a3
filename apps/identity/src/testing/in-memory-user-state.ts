import type { AuditEvent, CallContract } from '#contracts';
import type { KeptAnswer } from '#idempotency';
import type { UserAddress, UserState } from '../domain/user-store.js';
import type { User } from '../domain/user.js';
import { usernameKey } from '../domain/username.js';

/** What is left of a user who was removed. */
export interface Removed extends UserAddress {
  readonly clientId: string | null;
  readonly version: number;
}

/** All that a store in memory holds. */
export interface InMemoryUserState {
  users: User[];
  removed: Removed[];
  readonly passwords: Map<string, string>;
  readonly events: AuditEvent[];
  readonly calls: { readonly contract: CallContract; readonly request: unknown }[];
  readonly answers: Map<string, KeptAnswer>;
  version: number;
}

/** The name of a user as it is compared. */
export function keyOf(user: User): string {
  return user.clientId === null ? usernameKey(user.username) : user.username;
}

/** Whether two users cannot be there together. */
export function collide(left: User, right: User): boolean {
  if (left.id === right.id) return true;
  if (left.realmId !== right.realmId) return false;
  if (left.clientId !== null) return left.clientId === right.clientId;
  return right.clientId === null && keyOf(left) === keyOf(right);
}

/** The user at an address. */
export function userAt(state: InMemoryUserState, { realmId, userId }: UserAddress): User | null {
  return state.users.find((user) => user.realmId === realmId && user.id === userId) ?? null;
}

/** The service account of a client. */
export function accountOf(state: InMemoryUserState, realmId: string, clientId: string): User | null {
  return state.users.find((user) => user.realmId === realmId && user.clientId === clientId) ?? null;
}

/** A user as snapshots tell of them. */
export function stateOf(state: InMemoryUserState, address: UserAddress): UserState {
  const user = userAt(state, address);
  if (user !== null) return { version: user.version, user };
  const removed = state.removed.find((one) => one.realmId === address.realmId && one.userId === address.userId);
  return { version: removed?.version ?? 0, user: null };
}
