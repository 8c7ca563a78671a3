import { AppError } from '#errors';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLIENT_ID_NOT_FREE_YET } from '../domain/refusals.js';

const ATTEMPTS = 5;
/** Between attempts to get a `client_id` that is just becoming free, in milliseconds. */
const NOT_FREE_MS = 100;

/** What was read before the fences stood turned out to be old: read again and start anew. */
export class StaleReadError extends AppError {
  constructor() {
    super('unavailable', { reason: 'stale_read' });
    this.name = 'StaleReadError';
  }
}

/**
 * Runs an attempt, which reads what it starts from, again when it throws `StaleReadError`, and a little later when it needs a
 * `client_id` that is just becoming free. @throws what the attempt throws.
 */
export async function untilFresh<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      const notFree = error instanceof AppError && error.reason === CLIENT_ID_NOT_FREE_YET;
      if (!(notFree || error instanceof StaleReadError) || tries === ATTEMPTS) throw error;
      if (notFree) await sleep(NOT_FREE_MS);
    }
  }
}
