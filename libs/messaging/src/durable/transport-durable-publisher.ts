import { setTimeout as sleep } from 'node:timers/promises';
import type { DurableEventContract, EventOf, ServiceName } from '#contracts';
import { AppError } from '#errors';
import { v7 as uuidv7 } from 'uuid';
import type { CallContext } from '../call-context.js';
import { compiledEvent, violation } from '../compiled-contract.js';
import { Gathering } from '../gathering.js';
import { DurablePublisher } from '../ports.js';
import type { Transport } from '../transport.js';
import { bytesOf, MAX_GATHERED_BYTES } from '../wire.js';
import { PendingEvent } from './pending-event.js';

/** The most events in one message. */
const MAX_EVENTS_PER_MESSAGE = 256;
/** Messages under way from which on events wait up to a millisecond for company: group commit. */
const FREE_MESSAGES = 1;
/** How long one try waits for its acknowledgement before the same message is sent again, in milliseconds. */
const TRY_TIMEOUT_MS = 1_500;
/** Pauses between tries, in milliseconds; the last repeats. */
const PAUSES_MS = [20, 50, 100, 250] as const;

/**
 * Publishes durable events over any transport. Many events travel as one message (see `Gathering`: guarantee G1 at the price
 * of one acknowledgement for many), repeated under the same message id until it is acknowledged or nobody
 * waits any more.
 */
export class TransportDurablePublisher extends DurablePublisher {
  private readonly gatherings = new Map<string, Gathering<PendingEvent>>();

  /** @param publisher the service that publishes; contracts which do not list it are refused. */
  constructor(
    private readonly transport: Transport,
    private readonly publisher: ServiceName,
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
    const deadlineAt = Math.min(Date.now() + contract.deadlineMs, context.deadlineAt);
    const pending = new PendingEvent(contract.subject, JSON.stringify(event), deadlineAt);
    this.gatheringOf(contract.subject).add(pending);
    return pending.durable;
  }

  private gatheringOf(subject: string): Gathering<PendingEvent> {
    let gathering = this.gatherings.get(subject);
    if (gathering === undefined) {
      gathering = new Gathering(FREE_MESSAGES, MAX_EVENTS_PER_MESSAGE, (events) => this.commitAll(subject, events));
      this.gatherings.set(subject, gathering);
    }
    return gathering;
  }

  private commitAll(subject: string, events: readonly PendingEvent[]): readonly Promise<void>[] {
    const commits: Promise<void>[] = [];
    let chunk: PendingEvent[] = [];
    let bytes = 0;
    for (const event of events) {
      const size = Buffer.byteLength(event.body) + 1;
      if (chunk.length === MAX_EVENTS_PER_MESSAGE || (chunk.length > 0 && bytes + size > MAX_GATHERED_BYTES)) {
        commits.push(this.commit(subject, chunk));
        chunk = [];
        bytes = 0;
      }
      chunk.push(event);
      bytes += size;
    }
    if (chunk.length > 0) commits.push(this.commit(subject, chunk));
    return commits;
  }

  /** Never rejects: the outcome goes to the events. */
  private async commit(subject: string, events: readonly PendingEvent[]): Promise<void> {
    const payload = bytesOf(`[${events.map((event) => event.body).join(',')}]`);
    const deadlineAt = events.reduce((latest, event) => Math.max(latest, event.deadlineAt), 0);
    const messageId = uuidv7();
    for (let attempt = 0; ; attempt++) {
      const remainingMs = deadlineAt - Date.now();
      if (remainingMs <= 0) break;
      try {
        await this.transport.publishDurable(subject, payload, {
          messageId,
          timeoutMs: Math.min(remainingMs, TRY_TIMEOUT_MS),
        });
        for (const event of events) event.succeed();
        return;
      } catch (thrown) {
        const error = AppError.from(thrown);
        if (!error.facts.retryable) {
          for (const event of events) event.fail(error);
          return;
        }
        for (const event of events) event.lastReason = error.reason;
      }
      const pauseMs = PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)] as number;
      await sleep(Math.max(0, Math.min(pauseMs, deadlineAt - Date.now())));
    }
    for (const event of events) event.onDeadline();
  }
}
