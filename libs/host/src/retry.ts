import type { Logger } from '#observability';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Tries until it works: services start in any order, so a database or bus that is not there yet is waited for, with a line
 * in the log for every try. Waits 0.2 s, then twice as long each time up to 5 s.
 */
export async function untilItWorks<T>(what: string, logger: Logger, attempt: () => Promise<T>): Promise<T> {
  for (let waitMs = 200; ; waitMs = Math.min(waitMs * 2, 5_000)) {
    try {
      return await attempt();
    } catch (error) {
      logger.warn({ error, waitMs }, `${what} is not available yet`);
      await sleep(waitMs);
    }
  }
}
