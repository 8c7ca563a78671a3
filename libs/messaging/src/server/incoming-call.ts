import { AppError } from '#errors';
import type { CallContract } from '#contracts';
import { isObservable, lastValueFrom } from 'rxjs';
import type { CallContext } from '../call-context.js';
import { violation, type CompiledCall } from '../compiled-contract.js';
import { deadlines, type Deadline } from '../deadlines.js';
import type { Answer } from './answer.js';

/** A handler as Nest hands it over: the controller's method behind its guards and interceptors. */
export type RouteHandler = (request: unknown, context: CallContext) => unknown;

/** A call contract and the method that answers it. */
export interface CallRoute {
  readonly contract: CallContract;
  readonly compiled: CompiledCall;
  readonly handler: RouteHandler;
}

/** What a call reports to the server that runs it. */
export interface CallOwner {
  /** What a handler threw, as an `AppError` if there is a better one than `internal`. */
  explain(thrown: unknown): unknown;
  /** Log of an error whose cause stays here. */
  reportFailure(call: IncomingCall, error: AppError): void;
  /** The handler itself has ended, which may be after the answer. */
  ended(call: IncomingCall): void;
}

/** One call in hand: its context, its deadline and its outcome. */
export class IncomingCall implements Deadline {
  readonly context: CallContext;
  private readonly abortion = new AbortController();
  private answered = false;

  constructor(
    readonly route: CallRoute,
    readonly id: string,
    readonly deadlineAt: number,
    requestId: string,
    traceparent: string,
    private readonly owner: CallOwner,
    private readonly answer: Answer,
    private readonly slot: number,
  ) {
    this.context = { requestId, traceparent, deadlineAt, signal: this.abortion.signal };
  }

  /** Runs the handler to its end; never rejects. */
  async run(request: unknown): Promise<void> {
    const { compiled, handler } = this.route;
    if (!compiled.request.Check(request)) {
      this.fail(new AppError('malformed_request', { reason: violation(compiled.request, request) }));
      this.owner.ended(this);
      return;
    }
    deadlines.add(this);
    try {
      const result = await handler(request, this.context);
      this.succeed(isObservable(result) ? await lastValueFrom(result) : result);
    } catch (thrown) {
      this.fail(AppError.from(this.owner.explain(thrown)));
    } finally {
      deadlines.remove(this);
      this.owner.ended(this);
    }
  }

  onDeadline(): void {
    this.giveUp(new AppError('deadline_exceeded', { reason: 'handler_overran' }));
  }

  /** The caller does not wait any more. */
  cancel(): void {
    this.giveUp(new AppError('cancelled', { reason: 'cancelled_by_caller' }));
  }

  private giveUp(error: AppError): void {
    this.fail(error);
    this.abortion.abort(error);
  }

  private succeed(reply: unknown): void {
    if (this.answered) return;
    if (!this.route.compiled.reply.Check(reply)) {
      this.fail(new AppError('internal', { reason: `reply: ${violation(this.route.compiled.reply, reply)}` }));
      return;
    }
    const text = JSON.stringify(reply);
    this.answered = true;
    this.answer.reply(this.slot, text);
  }

  private fail(error: AppError): void {
    if (this.answered) return;
    this.answered = true;
    if (error.code === 'internal') this.owner.reportFailure(this, error);
    this.answer.error(this.slot, error);
  }
}
