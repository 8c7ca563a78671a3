import type { StoredEvent } from './event-text.js';
import type { BucketCount, HistogramQuery } from './histogram.js';
import type { LogEntry, SetAsidePayload } from './log-entry.js';
import type { RealmScopeId } from './realm-scope.js';

/** What a list of events is narrowed to; all members together. `from` is inclusive, `to` exclusive. */
export interface EventFilter {
  readonly type?: string;
  readonly outcome?: 'success' | 'failure';
  readonly actorId?: string;
  readonly clientId?: string;
  readonly subjectId?: string;
  readonly jti?: string;
  readonly ip?: string;
  readonly from?: Date;
  readonly to?: Date;
}

/** One question to the log. */
export interface EventQuery {
  readonly realmIds: readonly RealmScopeId[];
  readonly filter: EventFilter;
  readonly limit: number;
  /** Id of the event after which the page begins: in the list's order, so older. */
  readonly after: string | null;
}

/** Events, newest first: in the order of their ids, which carry the time. */
export interface EventPage {
  readonly events: readonly StoredEvent[];
  /** Id of the page's last event; null on the last page. */
  readonly next: string | null;
  /** Over all pages, counted up to `COUNT_LIMIT`: a log grows without end, the time to count it must not. */
  readonly total: number;
}

/** What became of a batch. */
export interface AppendResult {
  readonly appended: number;
  /** Entries that the log held already, word for word. */
  readonly duplicates: number;
  /** Entries whose id the log holds with another content: the first one stays, these were set aside. */
  readonly conflicting: number;
}

/** The most that `total` of a page says. */
export const COUNT_LIMIT = 10_000;

/** The storage refuses the content of an entry; trying again cannot help, trying fewer entries finds the one. */
export class UnstorableEntryError extends Error {
  constructor(cause: unknown) {
    super('The storage refused the content of a log entry', { cause });
    this.name = 'UnstorableEntryError';
  }
}

/** The log: entries are added and read, never changed or removed. Also the dependency-injection token. */
export abstract class AuditLog {
  /**
   * Adds entries and set-aside payloads in one transaction: all or none. Idempotent by entry id and payload digest.
   *
   * @throws UnstorableEntryError when the content of some entry is refused; nothing is written then.
   */
  abstract append(entries: readonly LogEntry[], setAside: readonly SetAsidePayload[]): Promise<AppendResult>;
  /** Lists events of the realms, newest first. */
  abstract list(query: EventQuery): Promise<EventPage>;
  /** Counts events of the realms by bucket, type and outcome. @throws HistogramTooLargeError */
  abstract histogram(query: HistogramQuery): Promise<readonly BucketCount[]>;
  /** Reads one event of the realms; null when there is none. */
  abstract read(realmIds: readonly RealmScopeId[], id: string): Promise<StoredEvent | null>;
}
