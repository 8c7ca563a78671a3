import type { CallContract } from '#contracts';
import { AppError } from '#errors';
import { NEVER_ABORTED, type CallContext } from '../call-context.js';
import type { CompiledCall } from '../compiled-contract.js';
import { violation } from '../compiled-contract.js';
import { deadlines, type Deadline } from '../deadlines.js';
import { deadlineNow } from '../deadline-clock.js';

/** One call from the moment it is made until it is answered, refused, too late or cancelled: whichever comes first. */
export class PendingCall implements Deadline {
  readonly reply: Promise<unknown>;
  private resolve!: (reply: unknown) => void;
  private reject!: (error: AppError) => void;
  private done = false;
  private onAbort: (() => void) | undefined;

  /** @param body the request as JSON. @param cancel tells the responder that nobody waits any more. */
  constructor(
    readonly contract: CallContract,
    private readonly compiled: CompiledCall,
    readonly id: string,
    readonly context: CallContext,
    readonly deadlineAt: number,
    readonly body: string,
    private readonly cancel: (call: PendingCall) => void,
  ) {
    this.reply = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    deadlines.add(this);
    if (context.signal !== NEVER_ABORTED) {
      this.onAbort = () => {
        this.abort();
      };
      context.signal.addEventListener('abort', this.onAbort, { once: true });
    }
  }

  /** Whether nobody waits any more. */
  get isDone(): boolean {
    return this.done;
  }

  /** How long the caller still waits, in whole milliseconds, at least 1. */
  get remainingMs(): number {
    return Math.max(1, Math.floor(this.deadlineAt - deadlineNow()));
  }

  succeed(reply: unknown): void {
    if (this.done) return;
    if (!this.compiled.reply.Check(reply)) {
      this.fail(
        new AppError('internal', {
          reason: `reply of ${this.contract.subject}: ${violation(this.compiled.reply, reply)}`,
        }),
      );
      return;
    }
    this.finish();
    this.resolve(reply);
  }

  fail(error: AppError): void {
    if (this.done) return;
    this.finish();
    this.reject(error);
  }

  onDeadline(): void {
    if (this.done) return;
    this.fail(new AppError('deadline_exceeded', { reason: `no answer of ${this.contract.subject}` }));
    // The responder keeps the deadline too, but it may get the request only later: then this comes right behind it.
    this.cancel(this);
  }

  private abort(): void {
    if (this.done) return;
    this.fail(new AppError('cancelled'));
    this.cancel(this);
  }

  private finish(): void {
    this.done = true;
    deadlines.remove(this);
    if (this.onAbort !== undefined) this.context.signal.removeEventListener('abort', this.onAbort);
  }
}
