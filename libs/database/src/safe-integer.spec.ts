import { describe, expect, it } from '@jest/globals';
import { bigIntColumn, safeIntegerColumn, toSafeInteger } from './safe-integer.js';

describe('bigint columns', () => {
  it('become numbers while numbers are exact, and an error beyond', () => {
    expect(toSafeInteger('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => toSafeInteger('9007199254740992')).toThrow(RangeError);
    expect(safeIntegerColumn.from('7')).toBe(7);
    expect(safeIntegerColumn.from(null)).toBeNull();
  });

  it('keep all 63 bits of a mask', () => {
    const mask = 2n ** 63n - 1n;
    expect(bigIntColumn.from(bigIntColumn.to(mask))).toBe(mask);
  });
});
