import type { EntityManager } from 'typeorm';
import { beginOf, HOUR_MS, isOfDays, type BucketCount, type HistogramQuery } from '../../domain/histogram.js';
import type { LogEntry } from '../../domain/log-entry.js';
import { retentionAt } from '../../domain/retention.js';
import type { PoliciesByRealm } from './event-rows.js';

interface Count {
  readonly realmId: string;
  readonly hour: string;
  readonly retention: string;
  readonly type: string;
  readonly outcome: string;
  events: number;
}

/** Adds new entries to the hourly counts. In the order of the entries' realms, which the caller has locked. */
export async function countEntries(
  manager: EntityManager,
  entries: readonly LogEntry[],
  policies: PoliciesByRealm,
): Promise<void> {
  if (entries.length === 0) return;
  const counts = new Map<string, Count>();
  for (const { realmId, time, type, outcome } of entries) {
    const hour = time.getTime() - (time.getTime() % HOUR_MS);
    // The type comes last: all else is without spaces. Days begin with an hour, so an hour's events are of one class.
    const key = `${realmId} ${String(hour)} ${outcome} ${type}`;
    const count = counts.get(key);
    if (count === undefined) {
      const retention = retentionAt(policies.get(realmId) ?? [], time);
      counts.set(key, { realmId, hour: new Date(hour).toISOString(), retention, type, outcome, events: 1 });
    } else count.events += 1;
  }
  const rows = [...counts.values()];
  await manager.query('SELECT audit.count_events($1, $2, $3, $4, $5, $6)', [
    rows.map(({ realmId }) => realmId),
    rows.map(({ hour }) => hour),
    rows.map(({ retention }) => retention),
    rows.map(({ type }) => type),
    rows.map(({ outcome }) => outcome),
    rows.map(({ events }) => events),
  ]);
}

/** Answers a histogram from the counts: of days where its buckets are whole days of UTC, else of hours. */
export async function readCounts(
  manager: Pick<EntityManager, 'query'>,
  { realmIds, filter, buckets }: HistogramQuery,
): Promise<readonly BucketCount[]> {
  const [table, begin] = isOfDays(buckets) ? ['event_day_counts', 'day'] : ['event_counts', 'hour'];
  return manager.query<BucketCount[]>(
    `SELECT floor(extract(epoch FROM ${begin} - $2::timestamptz) / $4)::int AS bucket, type, outcome, sum(events)::float8 AS count
       FROM audit.${table}
      WHERE realm_id = ANY($1::uuid[]) AND ${begin} >= $2 AND ${begin} < $3
        AND ($5::text IS NULL OR type = $5) AND ($6::text IS NULL OR outcome = $6)
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    [
      [...realmIds],
      buckets.from.toISOString(),
      beginOf(buckets, buckets.count).toISOString(),
      buckets.widthMs / 1_000,
      filter.type ?? null,
      filter.outcome ?? null,
    ],
  );
}
