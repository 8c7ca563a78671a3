import type { CallContract, DurableEventContract, EventOf, ReplyOf, RequestOf } from '#contracts';
import type { CallContext } from './call-context.js';

/** Calls another service through its contract. Also the dependency-injection token. */
export abstract class MessageClient {
  /**
   * Validates the request, sends it, waits until the nearer of the contract's and the context's deadline, validates the
   * reply. Grouped contracts share messages with the other calls of the same turn of the event loop.
   *
   * @throws AppError what the service threw; `unavailable` when nobody answers, `deadline_exceeded` when time is up,
   *   `cancelled` when `context.signal` aborts (the responder's own signal aborts too), `internal` for a reply that breaks
   *   the contract.
   */
  abstract call<C extends CallContract>(contract: C, request: RequestOf<C>, context: CallContext): Promise<ReplyOf<C>>;
}

/** Publishes durable events. Also the dependency-injection token. */
export abstract class DurablePublisher {
  /**
   * Resolves when the event cannot be lost any more. All events of one turn of the event loop travel as one publish with a
   * message id, so a retry after an unclear answer adds no duplicate.
   *
   * @throws AppError `unavailable` when the record could not be made durable before the deadline.
   */
  abstract publish<E extends DurableEventContract>(contract: E, event: EventOf<E>, context: CallContext): Promise<void>;
}

/**
 * A batch handed to the consumer of a durable event, which may be given the next one before it is through with this one. Whether that
 * order matters is the consumer's to know.
 */
export interface DurableBatch<Event> {
  /** The consumer's own: it may take events off as it goes, so that large batches are not kept in memory. */
  readonly events: Event[];
  /** Payloads that do not fit the contract: to be set aside, counted and shown, never dropped. */
  readonly poison: readonly { readonly payload: string; readonly error: string }[];
}
