import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a condition holds, at most `timeoutMs`; whether it does. For shutting down, where nothing is hot. */
export async function settled(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  const until = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() >= until) return false;
    await sleep(5);
  }
  return true;
}
