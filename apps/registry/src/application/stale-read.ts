import { AppError } from '#errors';

const ATTEMPTS = 5;

/** What was read before the fences stood turned out to be old: read again and start anew. */
export class StaleReadError extends AppError {
  constructor() {
    super('unavailable', { reason: 'stale_read' });
    this.name = 'StaleReadError';
  }
}

/** Runs an attempt, which reads what it starts from, again when it throws `StaleReadError`. @throws what the attempt throws. */
export async function untilFresh<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof StaleReadError) || tries === ATTEMPTS) throw error;
    }
  }
}
