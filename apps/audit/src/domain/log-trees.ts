import type { CompactRange, NodeStore, StoredRecord, StrayRecord } from '#transparency';
import type { RealmScopeId } from './realm-scope.js';

/** An event's place in the log, and all that proves it. */
export interface PlacedEvent extends StoredRecord {
  readonly realmId: RealmScopeId;
}

/** The Merkle trees of the log, one for each realm; they grow when entries are stored. Also the dependency-injection token. */
export abstract class LogTrees {
  /** The right edge of a tree as it is now; that of an empty one where nothing was logged. */
  abstract head(realmId: RealmScopeId): Promise<CompactRange>;
  /** Hashes of a tree. */
  abstract nodesOf(realmId: RealmScopeId): NodeStore;
  /** Hashes of leaves from one (inclusive) to another (exclusive), up to the first that somebody took out of the tree. */
  abstract leaves(realmId: RealmScopeId, begin: number, end: number): Promise<readonly Uint8Array[]>;
  /** Trees that have grown since their last checkpoint, unless that was signed a moment ago. */
  abstract awaitingCheckpoint(): Promise<readonly RealmScopeId[]>;
  /** One event with its place; null when the realms hold none of that id. */
  abstract findEvent(realmIds: readonly RealmScopeId[], id: string): Promise<PlacedEvent | null>;
  /** The first `limit` records from one leaf (inclusive) to another (exclusive), in the order of their leaves. */
  abstract records(realmId: RealmScopeId, begin: number, end: number, limit: number): Promise<readonly StoredRecord[]>;
  /** Some of the events that are said to be of a tree, at places where it has no leaf. */
  abstract strays(realmId: RealmScopeId): Promise<readonly StrayRecord[]>;
}
