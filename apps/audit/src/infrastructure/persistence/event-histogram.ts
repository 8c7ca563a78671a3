import type { EntityManager } from 'typeorm';
import { firstEventIdAt } from '../../domain/event-id.js';
import {
  beginOf,
  HISTOGRAM_SCAN_LIMIT,
  HistogramTooLargeError,
  type BucketCount,
  type HistogramQuery,
} from '../../domain/histogram.js';
import { searchCondition, type Place } from './event-search.js';

/** Answers a histogram from the events themselves, as many as `HISTOGRAM_SCAN_LIMIT` of each place. */
export async function countEvents(
  manager: Pick<EntityManager, 'query'>,
  places: readonly Place[],
  { filter, buckets }: HistogramQuery,
): Promise<readonly BucketCount[]> {
  const to = beginOf(buckets, buckets.count);
  // Where each bucket begins, as an id: a binary search finds an event's without taking its id apart.
  const begins = Array.from({ length: buckets.count }, (_, index) => firstEventIdAt(beginOf(buckets, index)));
  const counts = new Map<string, { -readonly [Member in keyof BucketCount]: BucketCount[Member] }>();
  for (const place of places) {
    const { table, found, meant, parameters } = searchCondition(place, { ...filter, from: buckets.from, to });
    const rows = await manager.query<BucketCount[]>(
      `SELECT width_bucket(id, $${String(parameters.length + 1)}::uuid[]) - 1 AS bucket, type, outcome, count(*)::float8 AS count
         FROM (SELECT id, realm_id, type, outcome, actor_id, client_id, subject_id, ip FROM ${table}
                WHERE ${found} LIMIT ${String(HISTOGRAM_SCAN_LIMIT + 1)}) AS found
        WHERE ${meant} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
      [...parameters, begins],
    );
    if (rows.reduce((sum, { count }) => sum + count, 0) > HISTOGRAM_SCAN_LIMIT) throw new HistogramTooLargeError();
    for (const row of rows) {
      const key = JSON.stringify([row.bucket, row.type, row.outcome]);
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { ...row });
      else known.count += row.count;
    }
  }
  return [...counts.values()].sort((a, b) => a.bucket - b.bucket);
}
