import { beforeEach, describe, expect, test } from '@jest/globals';
import { DeadlineClock } from './deadline-clock.js';

describe('DeadlineClock', () => {
  let monotonic: number;
  let wall: number;
  let clock: DeadlineClock;

  beforeEach(() => {
    monotonic = 100;
    wall = 1_000_000;
    clock = new DeadlineClock({ monotonic: () => monotonic, wall: () => wall });
  });

  const pass = (ms: number): void => {
    monotonic += ms;
    wall += ms;
  };

  test('begins with the time on the wall and goes on with it', () => {
    expect(clock.now()).toBe(1_000_000);
    pass(250.5);
    expect(clock.now()).toBe(1_000_250.5);
  });

  test('is not put back with the wall clock', () => {
    wall -= 3_600_000;
    pass(40);
    expect(clock.now()).toBe(1_000_040);
  });

  test('counts the time a suspended machine slept', () => {
    wall += 30_000;
    expect(clock.now()).toBe(1_030_000);
    pass(10);
    expect(clock.now()).toBe(1_030_010);
  });

  test('does not add up the small differences of the two clocks', () => {
    for (let tick = 0; tick < 1_000; tick += 1) {
      monotonic += 1;
      wall += tick % 10 === 9 ? 10 : 0;
      clock.now();
    }
    expect(clock.now()).toBe(1_001_000);
  });

  test('keeps what it added when the wall clock is put right again', () => {
    wall += 30_000;
    expect(clock.now()).toBe(1_030_000);
    wall -= 30_000;
    pass(10);
    expect(clock.now()).toBe(1_030_010);
  });
});
