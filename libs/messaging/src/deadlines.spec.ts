import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { DeadlineWatch } from './deadlines.js';
import { deadlineNow } from './deadline-clock.js';

describe('DeadlineWatch', () => {
  it('tells each when its time has come, once, and not those removed before', async () => {
    const watch = new DeadlineWatch();
    const told: string[] = [];
    const entry = (name: string, inMs: number) => ({
      deadlineAt: deadlineNow() + inMs,
      onDeadline: () => {
        told.push(name);
      },
    });
    const removed = entry('removed', 20);
    watch.add(entry('late', 80));
    watch.add(entry('early', 20));
    watch.add(removed);
    watch.remove(removed);

    await sleep(50);
    expect(told).toEqual(['early']);
    await sleep(80);
    expect(told).toEqual(['early', 'late']);
  });

  it('goes on after it had nothing to do', async () => {
    const watch = new DeadlineWatch();
    const told: number[] = [];
    for (const round of [1, 2]) {
      watch.add({ deadlineAt: deadlineNow() + 5, onDeadline: () => told.push(round) });
      await sleep(60);
    }

    expect(told).toEqual([1, 2]);
  });
});
