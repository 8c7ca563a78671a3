import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bitsOf, EMPTY_MASK, HIGHEST_BIT, maskOf, without } from './mask.js';

const bit = fc.integer({ min: 0, max: HIGHEST_BIT });
const bits = fc.uniqueArray(bit);
const mask = bits.map((list) => maskOf(list));

describe('permission masks', () => {
  it('come back as the bits they were made of, whatever the order', () => {
    fc.assert(
      fc.property(bits, (list) => {
        expect(bitsOf(maskOf(list))).toEqual([...list].sort((a, b) => a - b));
      }),
    );
  });

  it('fit a signed 64-bit integer', () => {
    fc.assert(
      fc.property(mask, (value) => {
        expect(value).toBeGreaterThanOrEqual(0n);
        expect(BigInt.asIntN(64, value)).toBe(value);
      }),
    );
  });

  it('do not count a bit twice', () => {
    fc.assert(
      fc.property(bits, (list) => {
        expect(maskOf([...list, ...list])).toBe(maskOf(list));
      }),
    );
  });

  it('lose exactly the bits that are taken away', () => {
    fc.assert(
      fc.property(bits, bits, (left, right) => {
        expect(bitsOf(without(maskOf(left), maskOf(right)))).toEqual(
          left.filter((one) => !right.includes(one)).sort((a, b) => a - b),
        );
      }),
    );
  });

  it('have nothing beyond themselves and everything beyond nothing', () => {
    fc.assert(
      fc.property(mask, (value) => {
        expect(without(value, value)).toBe(EMPTY_MASK);
        expect(without(value, EMPTY_MASK)).toBe(value);
      }),
    );
  });

  it('keep the highest bit exactly, where a double would not', () => {
    expect(maskOf([0, 62])).toBe(4611686018427387905n);
    expect(bitsOf(4611686018427387905n)).toEqual([0, 62]);
  });

  it.each([-1, 63, 1.5, Number.NaN])('refuse bit %p', (wrong) => {
    expect(() => maskOf([wrong])).toThrow(RangeError);
  });
});
