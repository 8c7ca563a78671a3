import { Clock } from '#host';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { ForwardingObserver } from '../../domain/forwarding/forwarding-observer.js';
import { ForwardingStore, type Lease, type Positions } from '../../domain/forwarding/forwarding-store.js';
import { LogFeed, type FedEvent } from '../../domain/forwarding/log-feed.js';
import { nextAttempt } from '../../domain/forwarding/retry-policy.js';
import { webhookMessage } from '../../domain/forwarding/webhook-message.js';
import { SecretBox, WebhookSender, type SendOutcome } from '../../domain/forwarding/webhook-sender.js';
import { signingSecrets, wants, type Delivery, type Webhook } from '../../domain/forwarding/webhook.js';
import { realmScope } from '../../domain/realm-scope.js';
import { sinkOf } from '../../domain/forwarding/sink-names.js';
import type { AuditEvent } from '#contracts';

/** Messages under way to one receiver at once. */
const AT_ONCE = 8;
/** Events that are read at a time; also the most that wait for another attempt before the rest waits in the log. */
const WINDOW = 100;

/** How long a delivery is tried, in milliseconds. Also the dependency-injection token. */
export class WebhookRetries {
  constructor(readonly retryForMs: number) {}
}

interface Attempt {
  readonly event: AuditEvent;
  /** Null for the first. */
  readonly before: Delivery | null;
  readonly outcome: SendOutcome;
}

/**
 * Takes one webhook a step further: what is due again first, then news. The log itself is the queue: while a receiver is away a
 * few deliveries are tried again and again, and all that came after waits where it is. What was sent and not noted when a
 * process dies is sent again.
 */
@Injectable()
export class ForwardToWebhook {
  constructor(
    private readonly store: ForwardingStore,
    private readonly feed: LogFeed,
    private readonly sender: WebhookSender,
    private readonly box: SecretBox,
    private readonly retries: WebhookRetries,
    private readonly observer: ForwardingObserver,
    private readonly clock: Clock,
  ) {}

  /** Whether there is more to do at once. @throws LeaseLostError; and what the storage throws. */
  async execute(lease: Lease, webhookId: string): Promise<boolean> {
    const webhook = await this.store.webhook(webhookId);
    if (webhook === null || !webhook.enabled) return false;
    const positions = (await this.store.positions(sinkOf(webhookId))) ?? new Map<string, number>();
    const due = await this.store.dueDeliveries(webhookId, this.clock.now(), AT_ONCE);
    if (due.length > 0) return this.tryAgain(lease, webhook, positions, due);
    return this.tryNews(lease, webhook, positions);
  }

  private async tryAgain(
    lease: Lease,
    webhook: Webhook,
    positions: Positions,
    due: readonly Delivery[],
  ): Promise<boolean> {
    const ids = due.map(({ eventId }) => eventId);
    const events = await this.feed.find(realmScope({ name: webhook.realmName, id: webhook.realmId }), ids);
    const known = due.flatMap((before) => {
      const event = events.get(before.eventId);
      return event === undefined ? [] : [{ event, before }];
    });
    // What retention has dropped meanwhile can not be delivered any more: it is told as dead.
    const lost = due.filter(({ eventId }) => !events.has(eventId)).map((delivery) => this.gone(delivery));
    await this.finish(lease, webhook, positions, await this.attempt(webhook, known), lost, false);
    return true;
  }

  private async tryNews(lease: Lease, webhook: Webhook, positions: Positions): Promise<boolean> {
    const pending = await this.store.countPending(webhook.id);
    if (pending >= WINDOW || (pending > 0 && webhook.health.failingSince !== null)) return false;
    const news = await this.news(webhook, positions);
    if (news === null) return false;
    const { read, realmId, size } = news;
    const wanted: { event: AuditEvent; before: null }[] = [];
    const passed: FedEvent[] = [];
    for (const fed of read) {
      passed.push(fed);
      if (wants(webhook, fed.event.type)) wanted.push({ event: fed.event, before: null });
      // A receiver that fails is met by one round of messages, not by a hundred.
      if (wanted.length === (webhook.health.failingSince === null ? WINDOW - pending : AT_ONCE)) break;
    }
    const attempts = await this.attempt(webhook, wanted);
    // What was not tried stays in the log.
    const last = attempts.length < wanted.length ? attempts.at(-1)?.event.id : passed.at(-1)?.event.id;
    const done = passed.slice(0, passed.findIndex(({ event }) => event.id === last) + 1);
    const next = done.at(-1)?.index;
    // Without any: retention has dropped them all.
    const moved = new Map(positions).set(realmId, next === undefined ? size : next + 1);
    const ended = done.some(({ event }) => event.type === 'realm.deleted');
    await this.finish(lease, webhook, moved, attempts, [], ended);
    return true;
  }

  /** What has entered the log since, of the first of the webhook's realms that has any; null without. */
  private async news(
    webhook: Webhook,
    positions: Positions,
  ): Promise<{ readonly realmId: string; readonly size: number; readonly read: readonly FedEvent[] } | null> {
    const sizes = await this.feed.sizes(realmScope({ name: webhook.realmName, id: webhook.realmId }));
    for (const [realmId, size] of sizes) {
      const from = positions.get(realmId) ?? 0;
      if (size > from) return { realmId, size, read: await this.feed.read(realmId, from, WINDOW) };
    }
    return null;
  }

  /** Some at a time; stops when a whole round has failed: the rest is no better off. */
  private async attempt(
    webhook: Webhook,
    messages: readonly { readonly event: AuditEvent; readonly before: Delivery | null }[],
  ): Promise<readonly Attempt[]> {
    if (messages.length === 0) return [];
    const secrets = signingSecrets(webhook, this.clock.now()).map((sealed) => this.box.open(sealed, webhook.id));
    const attempts: Attempt[] = [];
    for (let start = 0; start < messages.length; start += AT_ONCE) {
      const taken = messages.slice(start, start + AT_ONCE);
      const round = await Promise.all(
        (start === 0 ? taken : await this.again(webhook, taken)).map(async ({ event, before }) => {
          const outcome = await this.sender.send(webhook.url, webhookMessage(event, secrets, this.clock.now()));
          return { event, before, outcome };
        }),
      );
      attempts.push(...round);
      if (round.every(({ outcome }) => !outcome.arrived)) break;
    }
    return attempts;
  }

  /** What the round before has kept waiting, as it is now: meanwhile somebody's personal data may have been erased. */
  private async again(
    webhook: Webhook,
    messages: readonly { readonly event: AuditEvent; readonly before: Delivery | null }[],
  ): Promise<typeof messages> {
    const ids = messages.map(({ event }) => event.id);
    const events = await this.feed.find(realmScope({ name: webhook.realmName, id: webhook.realmId }), ids);
    // Dropped by retention since: it goes as it is.
    return messages.map(({ event, before }) => ({ event: events.get(event.id) ?? event, before }));
  }

  private async finish(
    lease: Lease,
    webhook: Webhook,
    positions: Positions,
    attempts: readonly Attempt[],
    lost: readonly Delivery[],
    ended: boolean,
  ): Promise<void> {
    const now = this.clock.now();
    const arrived = attempts.filter(({ outcome }) => outcome.arrived);
    const failed = [...lost, ...attempts.flatMap((attempt) => this.failedDelivery(webhook, attempt, now))];
    const error = attempts.find(({ outcome }) => !outcome.arrived)?.outcome;
    const { health } = webhook;
    await this.store.saveWebhook(lease, webhook.id, {
      arrived: arrived.flatMap(({ before }) => (before === null ? [] : [before.id])),
      failed,
      positions,
      health: {
        failingSince:
          arrived.length > 0 ? null : attempts.length > 0 ? (health.failingSince ?? now) : health.failingSince,
        lastDeliveredAt: arrived.length > 0 ? now : health.lastDeliveredAt,
        lastError: error?.arrived === false ? error.error : health.lastError,
      },
      ended,
    });
    this.observer.attempted('webhook', arrived.length, attempts.length - arrived.length);
    const died = failed.filter(({ status }) => status === 'dead').length;
    if (died > 0) this.observer.died(died);
  }

  private failedDelivery(webhook: Webhook, { event, before, outcome }: Attempt, now: Date): readonly Delivery[] {
    if (outcome.arrived) return [];
    const attempts = (before?.attempts ?? 0) + 1;
    // A clock that was put back leaves attempts in the future, from which its patience would be reckoned.
    const firstAttemptAt = before !== null && before.firstAttemptAt < now ? before.firstAttemptAt : now;
    const facts = { attempts, firstAttemptAt, now, retryForMs: this.retries.retryForMs };
    const next = nextAttempt(facts, Math.random());
    return [
      {
        id: before?.id ?? uuidv7(),
        webhookId: webhook.id,
        ...{ eventId: event.id, eventType: event.type },
        status: next === null ? 'dead' : 'pending',
        ...{ attempts, lastError: outcome.error, firstAttemptAt, lastAttemptAt: now, nextAttemptAt: next },
      },
    ];
  }

  private gone(delivery: Delivery): Delivery {
    const lastError = 'the event is no longer in the log';
    return { ...delivery, status: 'dead', lastError, lastAttemptAt: this.clock.now(), nextAttemptAt: null };
  }
}
