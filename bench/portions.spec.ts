import { describe, expect, test } from '@jest/globals';
import { Portions } from './portions.js';

describe('portions', () => {
  const round = (portions: Portions, most = Infinity): number[] => {
    const taken: number[] = [];
    portions.begin();
    for (let next = portions.take(); next !== undefined; next = portions.take()) {
      taken.push(next);
      if (taken.length === most) break;
    }
    return taken;
  };

  test('give every round the same share, also when one did not use its own up', () => {
    const portions = new Portions(7, 3);
    expect([round(portions), round(portions, 1), round(portions)]).toEqual([[0, 1], [2], [4, 5]]);
    expect(portions.take()).toBeUndefined();
  });

  test('refuse rounds with nothing to measure', () => {
    expect(() => new Portions(2, 3).begin()).toThrow('too few');
  });
});
