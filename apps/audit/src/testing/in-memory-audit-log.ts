import {
  AuditLog,
  COUNT_LIMIT,
  UnstorableEntryError,
  type AppendResult,
  type EventFilter,
  type EventPage,
  type EventQuery,
} from '../domain/audit-log.js';
import { wholeEvent, type StoredEvent } from '../domain/event-text.js';
import { beginOf, HISTOGRAM_SCAN_LIMIT, HistogramTooLargeError, isCountedByHour } from '../domain/histogram.js';
import type { BucketCount, HistogramQuery } from '../domain/histogram.js';
import { setAside, type LogEntry, type SetAsidePayload } from '../domain/log-entry.js';
import type { RealmScopeId } from '../domain/realm-scope.js';

/** The log in memory, for unit tests; proven equal to the one in PostgreSQL by their common suite. */
export class InMemoryAuditLog extends AuditLog {
  readonly entries = new Map<string, LogEntry>();
  readonly poison = new Map<string, SetAsidePayload>();
  /** Entries for which the storage refuses the whole batch. */
  readonly refused = new Set<string>();
  /** The storage is away. */
  outage: Error | null = null;

  append(entries: readonly LogEntry[], aside: readonly SetAsidePayload[]): Promise<AppendResult> {
    if (this.outage !== null) return Promise.reject(this.outage);
    if (entries.some(({ id }) => this.refused.has(id))) {
      return Promise.reject(new UnstorableEntryError(new Error('refused by the test')));
    }
    const result = { appended: 0, duplicates: 0, conflicting: 0 };
    for (const entry of entries) {
      const known = this.entries.get(entry.id);
      if (known === undefined) {
        this.entries.set(entry.id, entry);
        result.appended += 1;
      } else if (known.event === entry.event && known.personal === entry.personal) {
        result.duplicates += 1;
      } else {
        result.conflicting += 1;
        this.putAside(setAside(JSON.stringify(wholeEvent(entry)), 'its id is taken by another event'));
      }
    }
    for (const payload of aside) this.putAside(payload);
    return Promise.resolve(result);
  }

  list(query: EventQuery): Promise<EventPage> {
    const matching = [...this.entries.values()]
      .filter((entry) => query.realmIds.includes(entry.realmId) && matches(entry, query.filter))
      .sort(newestFirst);
    const { after } = query;
    const rest = after === null ? matching : matching.filter((entry) => entry.id < after);
    const page = rest.slice(0, query.limit);
    const last = page.at(-1);
    return Promise.resolve({
      events: page,
      next: rest.length > page.length && last !== undefined ? last.id : null,
      total: Math.min(matching.length, COUNT_LIMIT),
    });
  }

  histogram(query: HistogramQuery): Promise<readonly BucketCount[]> {
    const { realmIds, filter, buckets } = query;
    const to = beginOf(buckets, buckets.count);
    const counted = [...this.entries.values()].filter(
      (entry) => realmIds.includes(entry.realmId) && matches(entry, { ...filter, from: buckets.from, to }),
    );
    if (!isCountedByHour(query) && counted.length > HISTOGRAM_SCAN_LIMIT) {
      return Promise.reject(new HistogramTooLargeError());
    }
    const groups = Map.groupBy(counted, ({ time, type, outcome }) =>
      JSON.stringify([Math.floor((time.getTime() - buckets.from.getTime()) / buckets.widthMs), type, outcome]),
    );
    return Promise.resolve(
      [...groups].map(([key, { length: count }]) => {
        const [bucket, type, outcome] = JSON.parse(key) as [number, string, BucketCount['outcome']];
        return { bucket, type, outcome, count };
      }),
    );
  }

  read(realmIds: readonly RealmScopeId[], id: string): Promise<StoredEvent | null> {
    const entry = this.entries.get(id);
    return Promise.resolve(entry !== undefined && realmIds.includes(entry.realmId) ? entry : null);
  }

  private putAside(payload: SetAsidePayload): void {
    if (!this.poison.has(payload.digest)) this.poison.set(payload.digest, payload);
  }
}

const KEYS = ['type', 'outcome', 'actorId', 'clientId', 'subjectId', 'jti', 'ip'] as const;

function matches(entry: LogEntry, filter: EventFilter): boolean {
  if (KEYS.some((key) => filter[key] !== undefined && filter[key] !== entry[key])) return false;
  if (filter.from !== undefined && entry.time < filter.from) return false;
  return filter.to === undefined || entry.time < filter.to;
}

function newestFirst(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id === b.id ? 0 : a.id < b.id ? 1 : -1;
}
