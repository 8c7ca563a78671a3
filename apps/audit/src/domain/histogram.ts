import { HISTOGRAM_MAX_BUCKETS, type HistogramBucket } from '#contracts';
import type { EventFilter } from './audit-log.js';
import type { RealmScopeId } from './realm-scope.js';

const MINUTE_MS = 60_000;
/** What is counted while events come is counted by the hour. */
export const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

const WIDTH_MS: Readonly<Record<HistogramBucket, number>> = {
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '1d': DAY_MS,
  '7d': 7 * DAY_MS,
};
/** 1970-01-05, the first Monday of the epoch. */
const MONDAY_MS = 4 * DAY_MS;

/** Events that a histogram reads one by one at most, where no counts are kept. */
export const HISTOGRAM_SCAN_LIMIT = 200_000;

/** What is counted: everything but time, which the buckets say. */
export type CountedFilter = Omit<EventFilter, 'from' | 'to'>;

/** Equal buckets, one after the other. */
export interface Buckets {
  readonly from: Date;
  readonly widthMs: number;
  readonly count: number;
}

/** One question. */
export interface HistogramQuery {
  readonly realmIds: readonly RealmScopeId[];
  readonly filter: CountedFilter;
  readonly buckets: Buckets;
}

/** How many events of a type and outcome a bucket has. */
export interface BucketCount {
  /** From 0. */
  readonly bucket: number;
  readonly type: string;
  readonly outcome: 'success' | 'failure';
  readonly count: number;
}

/** More events would have to be read than `HISTOGRAM_SCAN_LIMIT`. */
export class HistogramTooLargeError extends Error {
  constructor() {
    super('Too many events for a histogram that has to read them');
    this.name = 'HistogramTooLargeError';
  }
}

/** What both PostgreSQL, which has no year 0, and an RFC 3339 time, which has four digits for it, can say. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const END_MS = Date.parse('9999-12-31T23:59:59.999Z') + 1;

/** Whether every bucket begins, and the last ends, at an instant that can be told. */
export function isWithinTime({ from, widthMs, count }: Buckets): boolean {
  return from.getTime() >= FIRST_MS && from.getTime() + count * widthMs < END_MS;
}

/** Whole buckets that cover a period; null when there are more than `HISTOGRAM_MAX_BUCKETS`. */
export function bucketsOver(from: Date, to: Date, bucket: HistogramBucket): Buckets | null {
  const widthMs = WIDTH_MS[bucket];
  const origin = bucket === '7d' ? MONDAY_MS : 0;
  const first = Math.floor((from.getTime() - origin) / widthMs);
  const end = Math.max(Math.ceil((to.getTime() - origin) / widthMs), first + 1);
  if (end - first > HISTOGRAM_MAX_BUCKETS) return null;
  return { from: new Date(first * widthMs + origin), widthMs, count: end - first };
}

/** Whether every bucket is made of whole days of UTC. */
export function isOfDays({ from, widthMs }: Buckets): boolean {
  return widthMs % DAY_MS === 0 && from.getTime() % DAY_MS === 0;
}

/** Where a bucket begins; that after the last tells where it ends. */
export function beginOf(buckets: Buckets, bucket: number): Date {
  return new Date(buckets.from.getTime() + bucket * buckets.widthMs);
}

/** Whether the hourly counts answer it, which know realm, type and outcome. */
export function isCountedByHour({ filter, buckets }: HistogramQuery): boolean {
  const others = [filter.actorId, filter.clientId, filter.subjectId, filter.jti, filter.ip];
  return buckets.widthMs % HOUR_MS === 0 && others.every((member) => member === undefined);
}
