import type { RealmScopeId } from './realm-scope.js';

/** A signed checkpoint of a realm's tree. */
export interface StoredCheckpoint {
  readonly size: number;
  readonly rootHash: Uint8Array;
  /** As it was signed: C2SP tlog-checkpoint. */
  readonly note: string;
  readonly signedAt: Date;
}

/** The history of checkpoints: added to, never changed. Also the dependency-injection token. */
export abstract class Checkpoints {
  abstract latest(realmId: RealmScopeId): Promise<StoredCheckpoint | null>;
  /** The checkpoint of one size; null when none was signed at that size. */
  abstract ofSize(realmId: RealmScopeId, size: number): Promise<StoredCheckpoint | null>;
  /** Largest first, those of sizes below `before`; all when it is null. */
  abstract list(realmId: RealmScopeId, before: number | null, limit: number): Promise<readonly StoredCheckpoint[]>;
  abstract count(realmId: RealmScopeId): Promise<number>;
  /** Those of sizes from `begin` (inclusive) to `end` (exclusive), smallest first. */
  abstract between(realmId: RealmScopeId, begin: number, end: number): Promise<readonly StoredCheckpoint[]>;
  /** Adds one, unless there is one of that size. */
  abstract add(realmId: RealmScopeId, checkpoint: Omit<StoredCheckpoint, 'signedAt'>): Promise<void>;
}
