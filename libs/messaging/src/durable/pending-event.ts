import { AppError } from '#errors';
import { deadlines, type Deadline } from '../deadlines.js';

/** One event from `publish` until it is durable or nobody waits any more. */
export class PendingEvent implements Deadline {
  readonly durable: Promise<void>;
  /** Why the latest try failed, for the log of whoever gives up. */
  lastReason: string | undefined;
  private resolve!: () => void;
  private reject!: (error: AppError) => void;

  /** @param body the event as JSON. */
  constructor(
    private readonly subject: string,
    readonly body: string,
    readonly deadlineAt: number,
  ) {
    this.durable = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    deadlines.add(this);
  }

  succeed(): void {
    deadlines.remove(this);
    this.resolve();
  }

  fail(error: AppError): void {
    deadlines.remove(this);
    this.reject(error);
  }

  onDeadline(): void {
    const why = this.lastReason ?? 'not_acknowledged';
    this.fail(new AppError('unavailable', { reason: `${this.subject} not durable in time: ${why}` }));
  }
}
