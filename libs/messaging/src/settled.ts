import { setTimeout as sleep } from 'node:timers/promises';
import { deadlineNow } from './deadline-clock.js';

/** Waits until a condition holds, at most `timeoutMs`; whether it does. For shutting down, where nothing is hot. */
export async function settled(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  const until = deadlineNow() + timeoutMs;
  while (!condition()) {
    if (deadlineNow() >= until) return false;
    await sleep(5);
  }
  return true;
}
