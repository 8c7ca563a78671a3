import {
  ALL_CALLS,
  ALL_DURABLE_EVENTS,
  type CallContract,
  type DurableEventContract,
  type EventOf,
  type RequestOf,
  type ServiceName,
} from '#contracts';
import { AppError } from '#errors';
import { deadlineNow, newCallContext, type CallContext, type DurablePublisher, type MessageClient } from '#messaging';
import type { Logger } from '#observability';
import type { TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { NOT_FINISHED } from './in-portions.js';
import { countFailure, observePending } from './outbox-metrics.js';
import { OUTBOX_KINDS, OutboxRows, type ClaimedRow, type OutboxKind } from './outbox-rows.js';
import { Outbox } from './ports.js';

const POLL_MS = 1_000;
/** While the database itself is away. */
const POLL_BACKOFF_MAX_MS = 30_000;
/** Longer than any contract's deadline, so that a row is not sent twice merely because the answer is slow. */
const LEASE_SECONDS = 30;
const DELAY_MAX_SECONDS = 300;
/** Events of one claim travel in one publish; calls are few and may be slow. */
const CLAIM_LIMIT: Readonly<Record<OutboxKind, number>> = { event: 64, call: 8 };
/** Longer than a transaction may last between recording a call and committing it. */
const CALLS_EXPECTED_MS = 60_000;
/** The outcome of a row that need not be sent again. */
const DELIVERED = 0;
/** How long a flush takes at most, in milliseconds: of very many messages the rest is sent while the caller goes on. */
const FLUSH_AT_MOST_MS = 5_000;
/** What a flush leaves of its context's deadline, in milliseconds. */
const FLUSH_MARGIN_MS = 50;

const events = new Map(ALL_DURABLE_EVENTS.map((contract) => [contract.subject, contract]));
const calls = new Map(ALL_CALLS.map((contract) => [contract.subject, contract]));

/**
 * The outbox in the service's own schema, and the relay that empties it: at once after a transaction (`flush`), and once a
 * second for what was left behind by a failure, a crash or another replica.
 */
export class TypeOrmOutbox extends Outbox {
  private readonly rows: OutboxRows;
  /** The pass under way and the one that will follow it, for each kind. */
  private readonly passes = new Map<OutboxKind, { running: Promise<void>; next: Promise<void> | undefined }>();
  private lastCallAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  private stopped = true;
  private polling: Promise<void> = Promise.resolve();

  constructor(
    dataSource: DataSource,
    private readonly schema: ServiceName,
    private readonly client: MessageClient,
    private readonly publisher: DurablePublisher,
    private readonly logger: Logger,
  ) {
    super();
    this.rows = new OutboxRows(dataSource, schema);
  }

  async record<E extends DurableEventContract>(manager: EntityManager, contract: E, event: EventOf<E>): Promise<void> {
    await this.rows.add(manager, uuidv7(), 'event', contract.subject, encode(contract.event, event, contract.subject));
  }

  override async recordAll<E extends DurableEventContract>(
    manager: EntityManager,
    contract: E,
    events: readonly EventOf<E>[],
  ): Promise<void> {
    const payloads = events.map((event) => encode(contract.event, event, contract.subject));
    await this.rows.addAll(
      manager,
      'event',
      contract.subject,
      payloads.map((payload) => ({ id: uuidv7(), payload })),
    );
  }

  async call<C extends CallContract>(manager: EntityManager, contract: C, request: RequestOf<C>): Promise<void> {
    this.lastCallAt = performance.now();
    const payload = encode(contract.request, request, contract.subject);
    await this.rows.add(manager, uuidv7(), 'call', contract.subject, payload);
  }

  async flush(context: CallContext): Promise<void> {
    // Calls are rare: unless this process has recorded one lately, there is none of its own to look for.
    const calls = performance.now() - this.lastCallAt < CALLS_EXPECTED_MS;
    const sent = Promise.all(OUTBOX_KINDS.map((kind) => (kind === 'event' || calls ? this.pass(kind) : null))).catch(
      () => {},
    );
    await withinDeadline(sent, context);
  }

  /** Starts the relay in the background. */
  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.schedule(0, POLL_MS);
  }

  /** Stops the relay after the pass in hand. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.polling;
    await Promise.all([...this.passes.values()].map(({ running }) => running.catch(() => {})));
  }

  private schedule(delayMs: number, nextDelayMs: number): void {
    this.timer = setTimeout(() => {
      this.polling = this.poll(nextDelayMs);
    }, delayMs);
    this.timer.unref();
  }

  private async poll(delayMs: number): Promise<void> {
    let nextDelayMs = POLL_MS;
    try {
      if ((await this.rows.count()) > 0) await Promise.all(OUTBOX_KINDS.map((kind) => this.pass(kind)));
      observePending(this.schema, await this.rows.count());
    } catch (error) {
      nextDelayMs = Math.min(delayMs * 2, POLL_BACKOFF_MAX_MS);
      this.logger.warn({ reason: reasonOf(error), nextDelayMs }, 'the outbox cannot be read');
    }
    if (!this.stopped) this.schedule(nextDelayMs, nextDelayMs);
  }

  /**
   * A pass that begins after this call, so that it sees what the caller has committed; callers that ask while one is under
   * way share the next.
   */
  private pass(kind: OutboxKind): Promise<void> {
    const present = this.passes.get(kind);
    if (present === undefined) {
      const running = this.empty(kind).finally(() => {
        if (this.passes.get(kind)?.running === running) this.passes.delete(kind);
      });
      this.passes.set(kind, { running, next: undefined });
      return running;
    }
    present.next ??= present.running
      .catch(() => {})
      .then(() => {
        if (this.passes.get(kind) === present) this.passes.delete(kind);
        return this.pass(kind);
      });
    return present.next;
  }

  /** Sends everything that is due. Ends, because a row that failed is not due again at once. */
  private async empty(kind: OutboxKind): Promise<void> {
    for (;;) {
      const claimId = uuidv7();
      const claimed = await this.rows.claim(kind, claimId, CLAIM_LIMIT[kind], LEASE_SECONDS);
      if (claimed.length === 0) return;
      const outcomes = await Promise.all(claimed.map((row) => this.send(kind, row)));
      await this.rows.remove(claimed.filter((_, index) => outcomes[index] === DELIVERED).map((row) => row.id));
      for (const [index, row] of claimed.entries()) {
        const delaySeconds = outcomes[index] ?? DELIVERED;
        if (delaySeconds !== DELIVERED) await this.rows.postpone(row.id, claimId, delaySeconds);
      }
      // Whoever commits from here on asks for a pass of their own.
      if (claimed.length < CLAIM_LIMIT[kind]) return;
    }
  }

  /** `DELIVERED`, or the seconds until the next attempt. */
  private async send(kind: OutboxKind, row: ClaimedRow): Promise<number> {
    try {
      if (kind === 'event') {
        const contract = contractOf(events, row.subject);
        const context = newCallContext({ deadlineMs: contract.deadlineMs });
        await this.publisher.publish(contract, JSON.parse(row.payload) as never, context);
      } else {
        const contract = contractOf(calls, row.subject);
        const context = newCallContext({ deadlineMs: contract.deadlineMs });
        await this.client.call(contract, JSON.parse(row.payload) as never, context);
      }
      return DELIVERED;
    } catch (error) {
      // Not a failure: part of a long work is done, and the rest is asked for at once, or it would never end.
      if (error instanceof AppError && error.reason === NOT_FINISHED) return error.retryAfterSeconds ?? 1;
      countFailure(this.schema, row.subject);
      this.logger.warn(
        { subject: row.subject, outboxId: row.id, attempts: row.attempts, reason: reasonOf(error) },
        'a message of the outbox was not delivered; it will be tried again',
      );
      return delaySecondsAfter(row.attempts);
    }
  }
}

/** Checked before it is stored: what breaks the contract would come back for ever. */
function encode(schema: TSchema, message: unknown, subject: string): string {
  if (!Value.Check(schema, message)) {
    throw new AppError('internal', { reason: 'outbox_message_breaks_contract', cause: new Error(subject) });
  }
  return JSON.stringify(message);
}

/** A subject of a newer release is left for the replica that knows it. */
function contractOf<C>(contracts: ReadonlyMap<string, C>, subject: string): C {
  const contract = contracts.get(subject);
  if (contract === undefined) throw new AppError('internal', { reason: 'unknown_subject' });
  return contract;
}

/** 1, 2, 4 … seconds, at most five minutes. */
function delaySecondsAfter(attempts: number): number {
  return Math.min(2 ** Math.min(attempts - 1, 16), DELAY_MAX_SECONDS);
}

function reasonOf(error: unknown): string {
  if (error instanceof AppError) return error.reason ?? error.code;
  return error instanceof Error ? error.message : 'unknown';
}

async function withinDeadline(work: Promise<unknown>, context: CallContext): Promise<void> {
  const { signal } = context;
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const leftMs = context.deadlineAt - FLUSH_MARGIN_MS - deadlineNow();
    const timer = setTimeout(done, Math.max(Math.min(leftMs, FLUSH_AT_MOST_MS), 0));
    signal.addEventListener('abort', done, { once: true });
    void work.then(done);
  });
}
