import type { AuditEvent } from '#contracts';
import type { CallContext } from '#messaging';
import type { Account, User } from './user.js';

/** Names one user of one realm. */
export interface UserAddress {
  readonly realmId: string;
  readonly userId: string;
}

/** A user as of now: `version` 0 when there never was one, the version of the removal when there is none any more. */
export interface UserState {
  readonly version: number;
  readonly user: User | null;
}

/** The reason of the `conflict` of a user that is there already. */
export const USER_EXISTS = 'user_exists';

/** One transaction. Locks are held to its end. */
export abstract class UserTransaction {
  /** A client's service account, locked for change. */
  abstract lockServiceAccount(realmId: string, clientId: string): Promise<User | null>;
  abstract stateOf(address: UserAddress): Promise<UserState>;
  /**
   * Adds a user and holds its row from then on: draw its version afterwards.
   *
   * @throws AppError `conflict` (`USER_EXISTS`) when its id, its username or its client is taken; waits for a transaction
   *   that is about to take it.
   */
  abstract addUser(user: User): Promise<void>;
  abstract saveUser(user: User): Promise<void>;
  /** Removes a user with all credentials; the version of the removal stays. */
  abstract removeUser(user: User, version: number): Promise<void>;
  /** Sets a person's password. */
  abstract setPassword(address: UserAddress, passwordHash: string, at: Date): Promise<void>;
  /** The next snapshot version. Taken while the row is held, so that versions of a user grow with commits. */
  abstract nextVersion(): Promise<number>;
  /** Adds an audit event that leaves after the commit. */
  abstract record(event: AuditEvent): Promise<void>;
}

/** Where users and their credentials are kept. */
export abstract class UserStore {
  /** Runs `work` in one transaction: all of it happens, or, when it throws, nothing. */
  abstract transaction<T>(work: (transaction: UserTransaction) => Promise<T>): Promise<T>;
  /** Sends the events of committed transactions. Never throws: what cannot be sent now is sent later. */
  abstract flush(context: CallContext): Promise<void>;
  abstract findUser(address: UserAddress): Promise<User | null>;
  abstract findServiceAccount(realmId: string, clientId: string): Promise<User | null>;
  /** The user whose service account was removed, with the version of the removal. */
  abstract findRemovedServiceAccount(
    realmId: string,
    clientId: string,
  ): Promise<{ readonly userId: string; readonly version: number } | null>;
  /** Finds by username, without case, with the password's hash. Any string may be asked for. */
  abstract findAccount(realmId: string, username: string): Promise<Account | null>;
  /** The state of users, one to one; each is consistent in itself. */
  abstract readStates(addresses: readonly UserAddress[]): Promise<readonly UserState[]>;
  /**
   * Stores the name that a realm has now with its users after one: with at most `limit`, by id. Returns the last one, or null when
   * there are no more.
   */
  abstract nameRealm(realmId: string, realmName: string, after: string, limit: number): Promise<string | null>;
  /** Deletes up to so many rows of each kind that a realm has. Returns whether there may be more. */
  abstract removeRealm(realmId: string, limit: number): Promise<boolean>;
}
