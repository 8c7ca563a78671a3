import { describe, expect, test } from '@jest/globals';
import { median, spread } from './statistics.js';

describe('median', () => {
  test('takes the middle, or the mean of the two middle values, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow('no figures');
    expect(() => median([1, Number.NaN])).toThrow('no figures');
  });
});

describe('spread', () => {
  test('names the smallest and the largest', () => {
    expect(spread([3, 1, 2])).toBe('1–3');
    expect(() => spread([])).toThrow('no figures');
    expect(spread([0.951, 1.2], 2)).toBe('0.95–1.20');
  });
});
