import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HISTOGRAM_BUCKETS, HISTOGRAM_MAX_BUCKETS, type HistogramBucket } from '#contracts';
import { beginOf, bucketsOver, isCountedByHour, isWithinTime } from './histogram.js';

const at = (time: string): Date => new Date(time);

describe('buckets of a histogram', () => {
  it.each([
    ['1m', '2026-03-01T10:00:30.000Z', '2026-03-01T10:02:00.000Z', '2026-03-01T10:00:00.000Z', 2],
    ['1h', '2026-03-01T10:59:59.999Z', '2026-03-01T11:00:00.001Z', '2026-03-01T10:00:00.000Z', 2],
    ['1d', '2026-03-01T00:00:00.000Z', '2026-03-08T00:00:00.000Z', '2026-03-01T00:00:00.000Z', 7],
    ['7d', '2026-03-01T00:00:00.000Z', '2026-03-03T00:00:00.000Z', '2026-02-23T00:00:00.000Z', 2],
    ['1d', '2026-03-01T10:00:00.000Z', '2026-03-01T10:00:00.000Z', '2026-03-01T00:00:00.000Z', 1],
  ] as const)('of %s from %s to %s begin at %s and are %i', (bucket, from, to, begin, count) => {
    expect(bucketsOver(at(from), at(to), bucket)).toMatchObject({ from: at(begin), count });
  });

  it('cover the period and are bounded', () => {
    const instant = fc.integer({ min: 0, max: 4e12 });
    fc.assert(
      fc.property(
        fc.constantFrom(...HISTOGRAM_BUCKETS),
        instant,
        fc.integer({ min: 0, max: 1e10 }),
        (bucket, ms, more) => {
          const [from, to] = [new Date(ms), new Date(ms + more)];
          const buckets = bucketsOver(from, to, bucket);
          if (buckets === null) return;
          expect(buckets.count).toBeLessThanOrEqual(HISTOGRAM_MAX_BUCKETS);
          expect(buckets.from <= from && beginOf(buckets, 1) > from).toBe(true);
          expect(beginOf(buckets, buckets.count) >= to).toBe(true);
        },
      ),
    );
    expect(bucketsOver(at('2026-01-01T00:00:00.000Z'), at('2026-01-01T08:20:00.000Z'), '1m')?.count).toBe(500);
    expect(bucketsOver(at('2026-01-01T00:00:00.000Z'), at('2026-01-01T08:20:00.001Z'), '1m')).toBeNull();
  });

  it('lie within the years that a time can tell', () => {
    const within = (from: string, to: string, bucket: HistogramBucket): boolean | undefined => {
      const buckets = bucketsOver(at(from), at(to), bucket);
      return buckets === null ? undefined : isWithinTime(buckets);
    };
    expect(within('0001-01-02T00:00:00.000Z', '0001-01-03T00:00:00.000Z', '1h')).toBe(true);
    expect(within('0000-12-31T00:00:00.000Z', '0001-01-02T00:00:00.000Z', '1h')).toBe(false);
    expect(within('9999-12-31T22:00:00.000Z', '9999-12-31T23:00:00.000Z', '1h')).toBe(true);
    expect(within('9999-12-31T22:00:00.000Z', '9999-12-31T23:00:00.001Z', '1h')).toBe(false);
  });

  it('are answered by hourly counts only when these know enough', () => {
    const buckets = bucketsOver(at('2026-03-01T00:00:00.000Z'), at('2026-03-02T00:00:00.000Z'), '6h');
    if (buckets === null) throw new Error('no buckets');
    const realmIds = ['r'];
    expect(isCountedByHour({ realmIds, buckets, filter: {} })).toBe(true);
    expect(isCountedByHour({ realmIds, buckets, filter: { type: 'token.issued', outcome: 'failure' } })).toBe(true);
    expect(isCountedByHour({ realmIds, buckets, filter: { clientId: 'a' } })).toBe(false);
    expect(isCountedByHour({ realmIds, buckets: { ...buckets, widthMs: 900_000 }, filter: {} })).toBe(false);
  });
});
