import type { RetentionClass } from '#contracts';
import type { LogEntry } from './log-entry.js';
import type { RealmScopeId } from './realm-scope.js';
import type { RetentionPolicy } from './retention.js';

/** What was dropped of one realm's events. */
export interface DroppedPart {
  readonly realmId: RealmScopeId;
  readonly retention: RetentionClass;
  readonly events: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** Unbroken ranges of places in the tree, first and last; the first hundred. */
  readonly leaves: readonly (readonly [number, number])[];
  /** The name that the realm had in the newest of them. */
  readonly realm: string;
}

/** A change of one realm's retention; nobody else changes it meanwhile, and all of it is stored or nothing. */
export interface RetentionChange {
  /** In the order in which they were decided; their number is the version. */
  policies(): Promise<readonly RetentionPolicy[]>;
  /** Decides from the next UTC day on, and prepares where such events go. */
  decide(retention: RetentionClass): Promise<RetentionPolicy>;
  /** Adds what tells of it to the log. */
  record(entry: LogEntry): Promise<void>;
}

/** How long events are kept, and the dropping of those whose time is over. Also the dependency-injection token. */
export abstract class RetentionStore {
  /** The decisions about a realm, in their order. */
  abstract policies(realmId: RealmScopeId): Promise<readonly RetentionPolicy[]>;
  /** Runs a change of a realm's retention. */
  abstract change<T>(realmId: RealmScopeId, work: (change: RetentionChange) => Promise<T>): Promise<T>;
  /** Prepares the partitions of the coming time. */
  abstract prepare(): Promise<void>;
  /** Takes out of the log what has expired; returns everything that waits to be dropped, by name. */
  abstract retire(): Promise<readonly string[]>;
  /**
   * Drops one of these. What `tell` makes of it enters the log with it, or nothing happens. Does nothing while another
   * replica is at it.
   */
  abstract drop(
    partition: string,
    tell: (parts: readonly DroppedPart[]) => readonly LogEntry[],
  ): Promise<readonly DroppedPart[]>;
}
