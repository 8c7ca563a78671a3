import type { CallContext } from '#messaging';
import type { SnapshotContract, SnapshotOf } from '#contracts';

/** What a key of the shared store holds. */
export type StoredSnapshot =
  | { readonly state: 'missing' }
  /** A writer is changing it, or a reader is filling it: ask the owner. */
  | { readonly state: 'fenced' }
  /** `json` is the encoded value (`null` for absence); equal versions of one key have equal values. */
  | { readonly state: 'present'; readonly version: number; readonly json: string }
  /** It is still the version that the reader said it had: the value need not travel again. */
  | { readonly state: 'unchanged'; readonly version: number };

/** The same, or that the key was missing and now holds the reader's lease. */
export type ReadOrLeased = StoredSnapshot | { readonly state: 'leased' };

/** One snapshot in the store: `chancery:snap:<name>:<key>`. */
export interface SnapshotAddress {
  readonly name: string;
  readonly key: string;
}

/**
 * The shared store of snapshots (Redis, or memory standalone). Every operation is atomic for each key. One behavioural
 * suite proves the adapters equal.
 */
export abstract class SnapshotStore {
  /**
   * One round trip for all addresses, unless one whose version is named in `known` (one for each address) has changed. A store may
   * answer `unchanged` for those that have not. @throws AppError `unavailable`.
   */
  abstract read(
    addresses: readonly SnapshotAddress[],
    known?: readonly (number | undefined)[],
  ): Promise<readonly StoredSnapshot[]>;
  /**
   * Puts the writer's fence on the keys (over values and leases, beside other writers' fences), for `ttlMs`. With replicas it
   * waits for one (`WAIT`). @throws AppError `unavailable` when it cannot be known that every key is fenced.
   */
  abstract fence(addresses: readonly SnapshotAddress[], fenceId: string, ttlMs: number): Promise<void>;
  /**
   * `fence` once more, in the middle of a change. Where the fence was lost, by expiry or with the store's memory, another writer may
   * have published something newer meanwhile: nobody knows the newest value, and the key ends missing.
   */
  abstract renew(addresses: readonly SnapshotAddress[], fenceId: string, ttlMs: number): Promise<void>;
  /**
   * Removes this writer's own fence and, when it was the last, puts the newest value that any of the writers published. While
   * another writer's fence stands the key stays fenced. Where a fence expired or its writer gave up, nobody knows the newest
   * value, and the key ends missing. A writer whose own fence is gone removes what is older than its value, and leases.
   */
  abstract publish(
    address: SnapshotAddress,
    fenceId: string,
    snapshot: { readonly version: number; readonly json: string },
    ttlMs: number,
  ): Promise<void>;
  /**
   * Takes this writer's own fence away after a change that did not happen; the key is then missing, or still fenced by
   * another writer.
   */
  abstract unfence(addresses: readonly SnapshotAddress[], fenceId: string): Promise<void>;
  /** Lets one reader fill a missing key: true when the key was missing and now holds this lease. */
  abstract lease(address: SnapshotAddress, leaseId: string, ttlMs: number): Promise<boolean>;
  /**
   * `read` and, for those that are missing, `lease`, in one round trip for all addresses: for keys that are likely missing.
   *
   * @throws AppError `unavailable`; some keys may be leased then.
   */
  abstract readOrLease(
    addresses: readonly SnapshotAddress[],
    leaseId: string,
    ttlMs: number,
  ): Promise<readonly ReadOrLeased[]>;
  /** Fills a key only while it still holds this very lease, so a slow reader never puts an old snapshot back. */
  abstract fill(
    address: SnapshotAddress,
    leaseId: string,
    snapshot: { readonly version: number; readonly json: string },
    ttlMs: number,
  ): Promise<void>;
  /** Whether the store answers now, for readiness. */
  abstract isReady(): boolean;
  abstract close(): Promise<void>;
}

/** Reads snapshots freshly on the hot path. Also the dependency-injection token. */
export abstract class SnapshotReader {
  /**
   * The value as of now: the version in the store is checked on every call; parsed values are kept in a bounded LRU and
   * reused while the version is the same. Reads of one turn of the event loop share one round trip. A fenced or missing key
   * and an absent store send the reader to the owning service (grouped `load` call).
   *
   * @returns null when there is no such thing.
   * @throws AppError `unavailable` when neither the store nor the owner answers: fail closed.
   */
  abstract read<S extends SnapshotContract>(
    contract: S,
    key: string,
    context: CallContext,
  ): Promise<SnapshotOf<S> | null>;
}

/** One key that a change will alter. */
export interface SnapshotTarget {
  readonly contract: SnapshotContract;
  readonly key: string;
}

/** A key's new state after the change has committed. */
export interface PublishedSnapshot extends SnapshotTarget {
  readonly version: number;
  readonly value: unknown;
}

/** The owner's side of G2. Also the dependency-injection token. */
export abstract class SnapshotWriter {
  /**
   * Runs a change under fences: fences every target, runs `change` (which commits to the database and returns the new
   * snapshots), publishes them, then returns its result. If fencing fails nothing is run. If `change` throws an `AppError`
   * (a decision before the commit) the fences are taken away; after any other error it may have committed, and the fences
   * stand until they expire. If publishing fails they stand too, and readers ask the owner: the change is still safe, so this
   * does not throw for it.
   *
   * Draw the versions inside `change`, with the row locked (`nextSnapshotVersion`), and name every key as a target.
   *
   * @throws AppError `unavailable`, reason `fence_failed`: the keys could not be fenced; nothing is written. Reason
   *   `publish_failed_without_fence`: the change is written, but the fences may have expired before it and publishing failed,
   *   so it cannot be said that it holds everywhere yet.
   */
  abstract change<T>(
    targets: readonly SnapshotTarget[],
    change: () => Promise<{ readonly result: T; readonly snapshots: readonly PublishedSnapshot[] }>,
  ): Promise<T>;
}
