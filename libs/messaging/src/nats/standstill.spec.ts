import { beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Standstill } from './standstill.js';

describe('Standstill', () => {
  let monotonic: number;
  let wall: number;
  let epoch: number;
  let confirm: () => void;
  let standstill: Standstill;

  const pass = (milliseconds: number): void => {
    monotonic += milliseconds;
    wall += milliseconds;
  };

  beforeEach(() => {
    [monotonic, wall, epoch] = [1_000, 50_000, 1];
    standstill = new Standstill({
      confirm: () => new Promise((resolve) => (confirm = resolve)),
      epoch: () => epoch,
      clocks: [() => monotonic, () => wall],
    });
  });

  it('takes what arrives in the ordinary course for fresh', () => {
    for (let round = 0; round < 10; round++) {
      pass(1_400);
      expect(standstill.waitedMs()).toBe(0);
    }
  });

  it('counts everything after a standstill as old as the last sign of life, until the bus has answered anew', async () => {
    pass(20_000);
    expect(standstill.waitedMs()).toBe(20_000);
    pass(30);
    expect(standstill.waitedMs()).toBe(20_030);
    confirm();
    await sleep(20);
    // What others had handed over before may still be coming.
    expect(standstill.waitedMs()).toBe(20_030);
    await sleep(300);
    expect(standstill.waitedMs()).toBe(0);
  });

  it('notices a suspended machine, whose monotonic clock stood still too', () => {
    wall += 60_000;
    expect(standstill.waitedMs()).toBe(60_000);
  });

  it('takes a clock that was put back for no time at all', () => {
    wall -= 3_600_000;
    monotonic += 100;
    expect(standstill.waitedMs()).toBe(0);
  });

  it('takes what a new connection brings for fresh', () => {
    pass(20_000);
    epoch++;
    expect(standstill.waitedMs()).toBe(0);
  });
});
