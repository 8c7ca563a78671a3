import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextAttempt } from './retry-policy.js';

const start = new Date('2026-03-01T12:00:00.000Z');
const day = 86_400_000;

describe('nextAttempt', () => {
  it('waits longer every time, up to an hour, and gives up in time', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 7 * day }),
        (chance, retryForMs) => {
          let now = start;
          let wait = 0;
          for (let attempts = 1; ; attempts += 1) {
            const next = nextAttempt({ attempts, firstAttemptAt: start, now, retryForMs }, chance);
            if (next === null) break;
            const waited = next.getTime() - now.getTime();
            expect(waited).toBeGreaterThanOrEqual(wait);
            expect(waited).toBeGreaterThanOrEqual(2_500);
            expect(waited).toBeLessThanOrEqual(3_600_000);
            expect(next.getTime() - start.getTime()).toBeLessThanOrEqual(retryForMs);
            wait = waited;
            now = next;
            expect(attempts).toBeLessThan(1_000);
          }
        },
      ),
    );
  });

  it('spreads by chance', () => {
    const facts = { attempts: 3, firstAttemptAt: start, now: start, retryForMs: day };
    expect(nextAttempt(facts, 0)).toEqual(new Date(start.getTime() + 10_000));
    expect(nextAttempt(facts, 0.5)).toEqual(new Date(start.getTime() + 15_000));
  });
});
