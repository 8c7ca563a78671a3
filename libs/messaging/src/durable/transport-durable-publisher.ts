import { setTimeout as sleep } from 'node:timers/promises';
import type { DurableEventContract, EventOf, ServiceName } from '#contracts';
import { AppError } from '#errors';
import type { Logger } from '#observability';
import { v7 as uuidv7 } from 'uuid';
import type { CallContext } from '../call-context.js';
import { compiledEvent, violation } from '../compiled-contract.js';
import { DurablePublisher } from '../ports.js';
import type { Transport } from '../transport.js';
import { bytesOf, MAX_GATHERED_BYTES } from '../wire.js';
import { PendingEvent } from './pending-event.js';
import { PublishCircuit } from './publish-circuit.js';
import { PublishRefused } from './publish-refused.js';
import { deadlineNow } from '../deadline-clock.js';

/** The most events in one message. */
const MAX_EVENTS_PER_MESSAGE = 256;
/** How long one try waits for its acknowledgement before the same message is sent again, in milliseconds. */
const TRY_TIMEOUT_MS = 1_500;
/** Pauses between tries, in milliseconds; the last repeats. */
const PAUSES_MS = [20, 50, 100, 250] as const;

/**
 * Publishes durable events over any transport. All events of one turn of the event loop travel as one message (guarantee
 * G1 at the price of one acknowledgement for many), repeated under the same message id until it is acknowledged or nobody
 * waits any more. While a stream takes nothing at all (full, read-only, silent) events are refused
 * at once.
 */
export class TransportDurablePublisher extends DurablePublisher {
  private waiting = new Map<string, PendingEvent[]>();
  private readonly circuits = new Map<string, PublishCircuit>();

  /** @param publisher the service that publishes; contracts which do not list it are refused. */
  constructor(
    private readonly transport: Transport,
    private readonly publisher: ServiceName,
    private readonly logger?: Logger,
  ) {
    super();
  }

  publish<E extends DurableEventContract>(contract: E, event: EventOf<E>, context: CallContext): Promise<void> {
    if (!contract.publishers.includes(this.publisher)) {
      const cause = new Error(`${this.publisher} is not among the publishers of ${contract.subject}`);
      return Promise.reject(new AppError('internal', { reason: 'publisher_not_allowed', cause }));
    }
    const check = compiledEvent(contract);
    if (!check.Check(event)) {
      const reason = `event of ${contract.subject}: ${violation(check, event)}`;
      return Promise.reject(new AppError('internal', { reason }));
    }
    if (!this.circuitOf(contract.subject).admits()) return Promise.reject(refusing(contract.subject));
    const deadlineAt = Math.min(deadlineNow() + contract.deadlineMs, context.deadlineAt);
    const pending = new PendingEvent(contract.subject, JSON.stringify(event), deadlineAt);
    if (this.waiting.size === 0) setImmediate(this.flush);
    const queue = this.waiting.get(contract.subject);
    if (queue === undefined) this.waiting.set(contract.subject, [pending]);
    else queue.push(pending);
    return pending.durable;
  }

  private readonly flush = (): void => {
    const waiting = this.waiting;
    this.waiting = new Map();
    for (const [subject, events] of waiting) {
      let chunk: PendingEvent[] = [];
      let bytes = 0;
      for (const event of events) {
        const size = Buffer.byteLength(event.body) + 1;
        if (chunk.length === MAX_EVENTS_PER_MESSAGE || (chunk.length > 0 && bytes + size > MAX_GATHERED_BYTES)) {
          void this.commit(subject, chunk);
          chunk = [];
          bytes = 0;
        }
        chunk.push(event);
        bytes += size;
      }
      void this.commit(subject, chunk);
    }
  };

  /** Never rejects: the outcome goes to the events. */
  private async commit(subject: string, events: readonly PendingEvent[]): Promise<void> {
    const payload = bytesOf(`[${events.map((event) => event.body).join(',')}]`);
    const deadlineAt = events.reduce((latest, event) => Math.max(latest, event.deadlineAt), 0);
    const messageId = uuidv7();
    const circuit = this.circuitOf(subject);
    for (let attempt = 0; ; attempt++) {
      const remainingMs = deadlineAt - deadlineNow();
      if (remainingMs <= 0) break;
      try {
        await this.transport.publishDurable(subject, payload, {
          messageId,
          timeoutMs: Math.min(remainingMs, TRY_TIMEOUT_MS),
        });
        circuit.accepted();
        for (const event of events) event.succeed();
        return;
      } catch (thrown) {
        const error = AppError.from(thrown);
        if (!error.facts.retryable) {
          for (const event of events) event.fail(error);
          return;
        }
        for (const event of events) event.lastReason = error.reason;
        circuit.failed(error instanceof PublishRefused ? 'refused' : 'silent');
        if (circuit.isOpen) {
          for (const event of events) event.fail(refusing(subject, error));
          return;
        }
      }
      const pauseMs = PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)] as number;
      await sleep(Math.max(0, Math.min(pauseMs, deadlineAt - deadlineNow())));
    }
    for (const event of events) event.onDeadline();
  }

  private circuitOf(subject: string): PublishCircuit {
    let circuit = this.circuits.get(subject);
    if (circuit === undefined) {
      circuit = new PublishCircuit(subject, deadlineNow, (open) => {
        if (open) this.logger?.error({ subject }, 'the stream takes no events: what needs a record is refused');
        else this.logger?.info({ subject }, 'the stream takes events again');
      });
      this.circuits.set(subject, circuit);
    }
    return circuit;
  }
}

function refusing(subject: string, cause?: AppError): AppError {
  return new AppError('unavailable', { reason: `stream_refusing ${subject}`, retryAfterSeconds: 1, cause });
}
