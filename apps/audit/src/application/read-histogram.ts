import type { AuditHistogram, HistogramBucket } from '#contracts';
import { AppError } from '#errors';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '../domain/audit-log.js';
import {
  beginOf,
  bucketsOver,
  HISTOGRAM_SCAN_LIMIT,
  HistogramTooLargeError,
  isWithinTime,
  type BucketCount,
  type CountedFilter,
  type HistogramQuery,
} from '../domain/histogram.js';
import { realmScope } from '../domain/realm-scope.js';
import { comparable } from './list-events.js';

/** Counts a realm's events by time, type and outcome. */
@Injectable()
export class ReadHistogram {
  constructor(private readonly log: AuditLog) {}

  /** @throws AppError `validation_failed` for too many buckets or events. */
  async execute(query: {
    readonly realm: { readonly name: string; readonly id: string };
    readonly filter: CountedFilter;
    readonly from: Date;
    readonly to: Date;
    readonly bucket: HistogramBucket;
  }): Promise<AuditHistogram> {
    const buckets = bucketsOver(query.from, query.to, query.bucket);
    if (buckets === null) throw refused('bucket', 'must be wider: at most 500 buckets are counted at once');
    if (!isWithinTime(buckets)) throw refused('from', 'must lie, with to, in whole buckets of the years 0001 to 9999');
    const counts = await this.count({
      realmIds: realmScope(query.realm),
      filter: comparable(query.filter),
      buckets,
    });
    const byBucket = Map.groupBy(counts, ({ bucket }) => bucket);
    return {
      from: beginOf(buckets, 0).toISOString(),
      to: beginOf(buckets, buckets.count).toISOString(),
      bucket: query.bucket,
      buckets: Array.from({ length: buckets.count }, (_, index) => ({
        at: beginOf(buckets, index).toISOString(),
        counts: (byBucket.get(index) ?? []).map(({ type, outcome, count }) => ({ type, outcome, count })),
      })),
    };
  }

  private async count(query: HistogramQuery): Promise<readonly BucketCount[]> {
    try {
      return await this.log.histogram(query);
    } catch (thrown: unknown) {
      if (!(thrown instanceof HistogramTooLargeError)) throw thrown;
      throw refused(
        'from',
        `must be later: more than ${String(HISTOGRAM_SCAN_LIMIT)} events would have to be read (by type and outcome alone, in buckets of an hour or more, none is)`,
      );
    }
  }
}

function refused(field: string, message: string): AppError {
  return new AppError('validation_failed', { fields: [{ pointer: '', field, message }] });
}
