import { AppError } from '#errors';
import { v7 as uuidv7 } from 'uuid';
import { randomView } from './random-pool.js';
import { deadlineNow } from './deadline-clock.js';

/** What travels with every call: who waits, how long still, and under which trace. */
export interface CallContext {
  /** Id of the outermost request, for logs and audit. */
  readonly requestId: string;
  /** W3C Trace Context `traceparent`. */
  readonly traceparent: string;
  /** When the caller stops waiting: milliseconds by `deadlineNow` of this process. */
  readonly deadlineAt: number;
  /** Aborted when the caller went away or its deadline passed. */
  readonly signal: AbortSignal;
}

const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;
/** The signal of contexts nobody can abort; the client need not listen to it. */
export const NEVER_ABORTED: AbortSignal = new AbortController().signal;

/** Starts a context: at the edge, and in background work. Ids that are not well-formed are replaced. */
export function newCallContext(options: {
  deadlineMs: number;
  requestId?: string | undefined;
  traceparent?: string | undefined;
  signal?: AbortSignal | undefined;
}): CallContext {
  const { requestId, traceparent } = options;
  return {
    requestId: requestId !== undefined && REQUEST_ID.test(requestId) ? requestId : uuidv7({ random: randomView(16) }),
    traceparent:
      traceparent !== undefined && TRACEPARENT.test(traceparent)
        ? traceparent
        : `00-${randomView(16).toString('hex')}-${randomView(8).toString('hex')}-00`,
    deadlineAt: deadlineNow() + options.deadlineMs,
    signal: options.signal ?? NEVER_ABORTED,
  };
}

/**
 * Call it last before a change is committed: nobody may learn that a call was too late, ask for the opposite, and then see the
 * late one done after all.
 *
 * @throws AppError `deadline_exceeded` when the caller does not wait any more.
 */
export function requireTimeLeft(context: CallContext): void {
  if (context.signal.aborted || context.deadlineAt <= deadlineNow()) {
    throw new AppError('deadline_exceeded', { reason: 'too_late_to_commit' });
  }
}

/** The trace id inside a context's `traceparent`. */
export function traceIdOf(context: CallContext): string {
  return context.traceparent.slice(3, 35);
}
