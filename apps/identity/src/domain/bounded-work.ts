import { AppError } from '#errors';

/**
 * Lets a few pieces of heavy work run at once and a few more wait in order; the rest is turned away at once, because an
 * answer that comes after the caller's deadline only costs.
 */
export class BoundedWork {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly limits: { readonly maxRunning: number; readonly maxWaiting: number }) {}

  /** How many wait, for metrics. */
  get queueLength(): number {
    return this.waiting.length;
  }

  /** @throws AppError `overloaded` when too many wait; `cancelled` when the caller left before its turn. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.enter(signal);
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  private async enter(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw cancelled();
    if (this.running < this.limits.maxRunning) {
      this.running += 1;
      return;
    }
    if (this.waiting.length >= this.limits.maxWaiting) {
      throw new AppError('overloaded', { retryAfterSeconds: 1, reason: 'queue_full' });
    }
    await new Promise<void>((resolve, reject) => {
      const leaveQueue = (): void => {
        this.waiting.splice(this.waiting.indexOf(turn), 1);
        reject(cancelled());
      };
      const turn = (): void => {
        signal.removeEventListener('abort', leaveQueue);
        resolve();
      };
      signal.addEventListener('abort', leaveQueue, { once: true });
      this.waiting.push(turn);
    });
  }

  private leave(): void {
    const next = this.waiting.shift();
    // The place goes over to the next in line without becoming free in between.
    if (next === undefined) this.running -= 1;
    else next();
  }
}

function cancelled(): AppError {
  return new AppError('cancelled', { reason: 'left_the_queue' });
}
