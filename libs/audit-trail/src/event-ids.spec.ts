import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EventIds } from './event-ids.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('EventIds', () => {
  test('carry their time', () => {
    const ids = new EventIds();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (ms) => {
        const id = ids.next(new Date(ms));
        expect(id).toMatch(UUID_V7);
        expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(ms);
      }),
    );
  });

  test('follow the order of making within a millisecond', () => {
    const ids = new EventIds();
    const now = new Date('2026-03-01T10:00:00.000Z');
    const made = Array.from({ length: 5_000 }, () => ids.next(now));
    expect(made.toSorted()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
  });
});
