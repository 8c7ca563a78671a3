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
import { CommittedRows } from './committed-rows.js';
import { NOT_FINISHED } from './in-portions.js';
import { countFailure, observePending } from './outbox-metrics.js';
import { OUTBOX_KINDS, OutboxRows, type ClaimedRow, type OutboxKind } from './outbox-rows.js';
import { Outbox } from './ports.js';

const POLL_MS = 1_000;
/** While the database itself is away. */
const POLL_BACKOFF_MAX_MS = 30_000;
/** Longer than any contract's deadline, so that a row is not sent twice merely because the answer is slow. */
const LEASE_SECONDS = 30;
/**
 * The same for an event that whoever records it sends itself: how long it waits when that process dies between its commit and sending
 * it. An event that is sent twice is stored once.
 */
const OWN_LEASE_SECONDS = 10;
/** What waits may be somebody’s authority that has to end: whoever is back hears of it soon. */
const DELAY_MAX_SECONDS = 30;
/** Events of one claim travel in one publish; calls are few and may be slow. */
const CLAIM_LIMIT: Readonly<Record<OutboxKind, number>> = { event: 64, call: 8 };
/** Longer than a transaction may last between recording a call and committing it. */
const CALLS_EXPECTED_MS = 60_000;
/** A row that this process has claimed, with what it holds. */
type OwnRow = Omit<ClaimedRow, 'payload'> & { readonly message: unknown };

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
 *
 * An event's row is claimed by the process that adds it. When that has committed it sends the event from memory, so that all the
 * database has to do besides is to add the row and to remove it.
 */
export class TypeOrmOutbox extends Outbox {
  private readonly rows: OutboxRows;
  private readonly own: CommittedRows<OwnRow>;
  private readonly ownClaim = { id: uuidv7(), leaseSeconds: OWN_LEASE_SECONDS };
  /** Whether there may be events to claim: left behind by others before this process began, or by itself when it failed. */
  private eventsLeft = true;
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
    this.own = new CommittedRows(dataSource);
  }

  async record<E extends DurableEventContract>(manager: EntityManager, contract: E, event: EventOf<E>): Promise<void> {
    await this.recordAll(manager, contract, [event]);
  }

  override async recordAll<E extends DurableEventContract>(
    manager: EntityManager,
    contract: E,
    events: readonly EventOf<E>[],
  ): Promise<void> {
    const { subject } = contract;
    const rows = events.map((event) => {
      return { id: uuidv7(), event, payload: encode(contract.event, event, subject) };
    });
    await this.rows.addClaimed(manager, 'event', subject, rows, this.ownClaim);
    this.own.add(
      manager,
      rows.map(({ id, event }) => ({ id, subject, message: event, attempts: 1 })),
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
      if (this.own.size > 0 || (await this.rows.count()) > 0) {
        this.eventsLeft = true;
        await Promise.all(OUTBOX_KINDS.map((kind) => this.pass(kind)));
      }
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
    if (kind === 'event') {
      const look = this.eventsLeft;
      // Before anything is sent: what fails from here on is looked for by the next pass.
      this.eventsLeft = false;
      while (this.own.size > 0) await this.sendAll(kind, this.own.take(CLAIM_LIMIT.event), this.ownClaim.id);
      if (!look) return;
    }
    for (;;) {
      const claimId = uuidv7();
      const claimed = await this.rows.claim(kind, claimId, CLAIM_LIMIT[kind], LEASE_SECONDS);
      if (claimed.length === 0) return;
      const rows = claimed.map(({ payload, ...row }) => ({ ...row, message: JSON.parse(payload) as unknown }));
      await this.sendAll(kind, rows, claimId);
      // Whoever commits from here on asks for a pass of their own.
      if (claimed.length < CLAIM_LIMIT[kind]) return;
    }
  }

  private async sendAll(kind: OutboxKind, rows: readonly OwnRow[], claimId: string): Promise<void> {
    const outcomes = await Promise.all(rows.map((row) => this.send(kind, row)));
    const failed = rows.filter((_, index) => outcomes[index] !== DELIVERED);
    if (kind === 'event' && failed.length > 0) this.eventsLeft = true;
    await this.rows.remove(rows.filter((row) => !failed.includes(row)).map(({ id }) => id));
    for (const row of failed) await this.rows.postpone(row.id, claimId, outcomes[rows.indexOf(row)] ?? 1);
  }

  /** `DELIVERED`, or the seconds until the next attempt. */
  private async send(kind: OutboxKind, row: OwnRow): Promise<number> {
    try {
      if (kind === 'event') {
        const contract = contractOf(events, row.subject);
        const context = newCallContext({ deadlineMs: contract.deadlineMs });
        await this.publisher.publish(contract, row.message as never, context);
      } else {
        const contract = contractOf(calls, row.subject);
        const context = newCallContext({ deadlineMs: contract.deadlineMs });
        await this.client.call(contract, row.message as never, context);
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

/** 1, 2, 4 … seconds, at most half a minute. */
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
