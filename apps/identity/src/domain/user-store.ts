import type { AuditEvent, CallContract, PageRequest, RequestOf, USER_SORTS } from '#contracts';
import type { AnswerKeeper, KeptAnswer } from '#idempotency';
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

/** Which users of a realm to list. */
export interface UserQuery {
  readonly page: PageRequest;
  readonly sort: (typeof USER_SORTS)[number];
  /** Any part of the username, the address or the names, without case. */
  readonly search: string | null;
  readonly filter: {
    /** The whole, without case. */
    readonly username?: string;
    readonly email?: string;
    readonly enabled?: boolean;
    readonly serviceAccount?: boolean;
  };
}

/** A page of users. */
export interface UserPage {
  readonly items: readonly User[];
  readonly nextCursor: string | null;
  readonly total: number;
  /** Set when there are more than `total`: they are not counted to the end. */
  readonly atLeast?: true;
}

/** The reason of the `conflict` of a user that is there already. */
export const USER_EXISTS = 'user_exists';

/** One transaction. Locks are held to its end. */
export abstract class UserTransaction implements AnswerKeeper {
  /** A user, locked for change. */
  abstract lockUser(address: UserAddress): Promise<User | null>;
  /** A client's service account, locked for change. */
  abstract lockServiceAccount(realmId: string, clientId: string): Promise<User | null>;
  /** Clients' service accounts, locked for change; clients without one are missing. */
  abstract lockServiceAccounts(realmId: string, clientIds: readonly string[]): Promise<readonly User[]>;
  abstract stateOf(address: UserAddress): Promise<UserState>;
  /**
   * Adds a user and holds its row from then on: draw its version afterwards.
   *
   * @throws AppError `conflict` (`USER_EXISTS`) when its id, its username or its client is taken; waits for a transaction
   *   that is about to take it.
   */
  abstract addUser(user: User): Promise<void>;
  /** @throws AppError `conflict` (`USER_EXISTS`) when its username is taken. */
  /** Adds many users of one realm. @returns them with their versions. @throws as `addUser`, for any of them. */
  abstract addUsers(users: readonly User[]): Promise<readonly User[]>;
  abstract saveUser(user: User): Promise<void>;
  /** Removes a user with all credentials; the version of the removal stays. */
  abstract removeUser(user: User, version: number): Promise<void>;
  /** Sets a person's password. */
  abstract setPassword(address: UserAddress, passwordHash: string, at: Date): Promise<void>;
  /** The next snapshot version. Taken while the row is held, so that versions of a user grow with commits. */
  abstract nextVersion(): Promise<number>;
  /** Adds an audit event that leaves after the commit. */
  abstract record(event: AuditEvent): Promise<void>;
  /** Adds many, in this order. */
  abstract recordAll(events: readonly AuditEvent[]): Promise<void>;
  /** Adds an idempotent call to another service that is made after the commit, until it succeeds. */
  abstract call<C extends CallContract>(contract: C, request: RequestOf<C>): Promise<void>;
  abstract keepAnswer(answer: KeptAnswer, since: Date): Promise<void>;
}

/** Where users and their credentials are kept. */
export abstract class UserStore {
  /** Runs `work` in one transaction: all of it happens, or, when it throws, nothing. */
  abstract transaction<T>(work: (transaction: UserTransaction) => Promise<T>): Promise<T>;
  /** Sends the events of committed transactions. Never throws: what cannot be sent now is sent later. */
  abstract flush(context: CallContext): Promise<void>;
  abstract findUser(address: UserAddress): Promise<User | null>;
  /** @throws AppError `malformed_request` for a cursor that this list did not give out. */
  abstract list(realmId: string, query: UserQuery): Promise<UserPage>;
  abstract findServiceAccount(realmId: string, clientId: string): Promise<User | null>;
  /** The user whose service account was removed, with the version of the removal. */
  abstract findRemovedServiceAccount(
    realmId: string,
    clientId: string,
  ): Promise<{ readonly userId: string; readonly version: number } | null>;
  /** Finds by username, without case, with the password's hash. Any string may be asked for. */
  abstract findAccount(realmId: string, username: string): Promise<Account | null>;
  /** The ids of clients' service accounts, by client; clients without one are missing. */
  abstract serviceAccountIds(realmId: string, clientIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Users by username, without case, one to one; people come before service accounts. Any strings may be asked for. */
  abstract findByUsernames(realmId: string, usernames: readonly string[]): Promise<readonly (User | null)[]>;
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
