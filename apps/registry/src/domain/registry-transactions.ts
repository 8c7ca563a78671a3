import type { AuditEvent, CallContract, RequestOf } from '#contracts';
import type { AnswerKeeper } from '#idempotency';
import type { ClientUriStore } from './client-uri.js';
import type { Client } from './client.js';
import type { Provision } from './provision.js';
import type { Realm } from './realm.js';

/**
 * One transaction on the registry's data. What is written returns with its new snapshot version, which the database gives
 * after the write, while the row and its unique keys are still locked: whoever comes later to the same key gets a greater one.
 */
export interface RegistryTransaction extends AnswerKeeper {
  /** Locks a realm for change. */
  lockRealm(id: string): Promise<Realm | null>;
  /** Keeps a realm from being deleted until the transaction ends; others may do the same at the same time. */
  keepRealm(id: string): Promise<Realm | null>;
  /**
   * `keepRealm` for adding to it, and the end of the provision that was opened for the addition, if any. Null when there is no such
   * realm; `closed` is whether `closeProvisions` would count it, true without one.
   */
  keepForAddition(
    realmId: string,
    provisionId: string | null,
  ): Promise<{ readonly realmName: string; readonly closed: boolean } | null>;
  /** @throws AppError `conflict` when the name is taken. */
  insertRealm(realm: Realm): Promise<Realm>;
  updateRealm(realm: Realm): Promise<Realm>;
  /**
   * Stores a locked realm under another name. `absence` is the version of the absence of the former name.
   *
   * @throws AppError `conflict` when the name is taken.
   */
  renameRealm(before: Realm, after: Realm): Promise<{ readonly realm: Realm; readonly absence: number }>;
  /** Deletes a realm; what belongs to it stays until `clearRealm`. @returns the version of its absence. */
  deleteRealm(realm: Realm): Promise<number>;

  /** Locks a client for change. */
  lockClient(realmId: string, id: string): Promise<Client | null>;
  /** Locks many clients of a realm for change. @returns the snapshot versions of those that there are, by UUID. */
  lockClients(realmId: string, ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Inserts many clients of one realm.
   *
   * @throws AppError `conflict` when the `client_id` of one is taken, `unavailable` when it is not free yet: a call that `vacates` it
   *   has not been made.
   */
  insertClients(clients: readonly Client[]): Promise<readonly Client[]>;
  /** @throws AppError `conflict`, `unavailable`, as `insertClients`. */
  insertClient(client: Client): Promise<Client>;
  /**
   * Stores a locked client's members and secrets (redirect URIs stay as they are). `absence` is the version of the absence of the
   * former `client_id` when it was changed, else null.
   *
   * @throws AppError `conflict`, `unavailable`, as `insertClients`.
   */
  updateClient(before: Client, after: Client): Promise<{ readonly client: Client; readonly absence: number | null }>;
  /** Makes a locked client's redirect URIs those of `after`; what has the same id and did not change stays. */
  storeRedirectUris(before: Client, after: Client): Promise<void>;
  /** @returns the version of its absence. */
  deleteClient(client: Client): Promise<number>;

  /** The URIs of clients; changing a locked client's is followed by `updateClient`, which gives it a new version. */
  readonly uris: ClientUriStore;

  openProvisions(provisions: readonly Provision[]): Promise<void>;
  /** Ends provisions whose changes are stored. @returns how many of them were not given up. */
  closeProvisions(ids: readonly string[]): Promise<number>;
  /** Gives provisions up: they cannot be closed any more. @returns the ids of those that were not closed or removed. */
  giveUpProvisions(ids: readonly string[]): Promise<readonly string[]>;
  /** Forgets provisions that were given up, when the other service is in step. */
  removeProvisions(ids: readonly string[]): Promise<void>;

  /** An audit event that leaves when the transaction has committed. */
  record(event: AuditEvent): Promise<void>;
  /** Many, in this order. */
  recordAll(events: readonly AuditEvent[]): Promise<void>;
  /** An idempotent call to another service that is made when the transaction has committed, until it succeeds. */
  call<C extends CallContract>(contract: C, request: RequestOf<C>): Promise<void>;
}

/** The connection broke while the transaction was committing: it may have happened or not. */
export class UncertainCommitError extends Error {
  override readonly name = 'UncertainCommitError';
}

/** Runs transactions. Also the dependency-injection token. */
export abstract class RegistryTransactions {
  /**
   * Commits when `work` resolves, rolls everything back when it throws. Never call another service inside.
   *
   * @throws UncertainCommitError, AppError `unavailable`, and what `work` throws.
   */
  abstract run<T>(work: (transaction: RegistryTransaction) => Promise<T>): Promise<T>;
  /** Opens provisions, in a transaction of their own. @throws AppError `unavailable`: then it is not known whether they are open. */
  abstract openProvisions(provisions: readonly Provision[]): Promise<void>;
  /** Provisions that were given up, and open ones that began before an instant; oldest first. */
  abstract staleProvisions(before: Date, limit: number): Promise<readonly Provision[]>;
  /** Forgets the versions of keys that were deleted long ago. */
  abstract forgetOldTombstones(): Promise<void>;
  /**
   * Removes up to so many rows of each kind that a deleted realm has left: clients with all that is theirs, kept answers.
   *
   * @returns whether there may be more. Does nothing while the realm exists.
   */
  abstract clearRealm(realmId: string, limit: number): Promise<boolean>;
}
