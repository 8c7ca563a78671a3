import { Type, type Static } from '@sinclair/typebox';
import { Acknowledged, Actor, Instant, nullable, PageRequest, pageOf, Uuid } from './common.js';
import { defineCall } from './contract.js';
import { IdempotencyKey } from './idempotency.js';

/** Where a webhook's deliveries go. What of it is allowed is the audit service's decision. */
const WebhookUrl = Type.String({ maxLength: 2_048 });
const Description = Type.String({ maxLength: 500 });
/** Types of audit events, and `noun.*` for all of a noun. */
const EventTypes = Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100 });

/** A receiver of a realm's audit events. Its secret is shown once, when it is made. `version` is its ETag. */
export const Webhook = Type.Object({
  id: Uuid,
  realmId: Uuid,
  url: WebhookUrl,
  description: nullable(Description),
  /** Null: every type. */
  eventTypes: nullable(EventTypes),
  enabled: Type.Boolean(),
  /** Deliveries that wait for another attempt, and those that were given up. */
  pending: Type.Integer(),
  dead: Type.Integer(),
  /** Since when nothing has arrived; null while it works. */
  failingSince: nullable(Instant),
  lastDeliveredAt: nullable(Instant),
  lastError: nullable(Type.String()),
  version: Type.Integer(),
  createdAt: Instant,
  updatedAt: Instant,
});
/** A receiver of a realm's audit events. */
export type Webhook = Static<typeof Webhook>;

/** What became of a delivery that did not arrive at once. */
export const WEBHOOK_DELIVERY_STATES = ['pending', 'dead'] as const;
/** What became of a delivery that did not arrive at once. */
export type WebhookDeliveryState = (typeof WEBHOOK_DELIVERY_STATES)[number];

/** An event that did not arrive yet. What has arrived leaves no delivery behind. */
export const WebhookDelivery = Type.Object({
  id: Uuid,
  webhookId: Uuid,
  eventId: Uuid,
  eventType: Type.String(),
  status: Type.Union(WEBHOOK_DELIVERY_STATES.map((state) => Type.Literal(state))),
  attempts: Type.Integer(),
  lastError: nullable(Type.String()),
  firstAttemptAt: Instant,
  lastAttemptAt: Instant,
  /** Null for a dead one. */
  nextAttemptAt: nullable(Instant),
});
/** An event that did not arrive yet. */
export type WebhookDelivery = Static<typeof WebhookDelivery>;

const InRealm = { actor: Actor, realmId: Uuid, realmName: Type.String() };

/** Makes a webhook; `validation_failed` for its URL or event types, `conflict` when the realm has too many. */
export const CreateWebhook = defineCall({
  subject: 'audit.webhook.create.v1',
  callers: ['gateway'],
  request: Type.Object({
    ...InRealm,
    url: WebhookUrl,
    description: nullable(Description),
    eventTypes: nullable(EventTypes),
    enabled: Type.Boolean(),
    idempotencyKey: Type.Optional(IdempotencyKey),
  }),
  /** `replayed`: as for realms; `secret` is null then. */
  reply: Type.Object({
    webhook: Webhook,
    secret: nullable(Type.String()),
    replayed: Type.Optional(Type.Boolean()),
  }),
});

/** Lists the webhooks of a realm, oldest first. */
export const ListWebhooks = defineCall({
  subject: 'audit.webhook.list.v1',
  callers: ['gateway'],
  request: Type.Object({ realmId: Uuid, page: PageRequest }),
  reply: pageOf(Webhook),
});

/** Reads a webhook; `not_found`. */
export const ReadWebhook = defineCall({
  subject: 'audit.webhook.read.v1',
  callers: ['gateway'],
  request: Type.Object({ realmId: Uuid, id: Uuid }),
  reply: Webhook,
});

/** Changes a webhook; `not_found`, `precondition_failed`, `validation_failed`. */
export const UpdateWebhook = defineCall({
  subject: 'audit.webhook.update.v1',
  callers: ['gateway'],
  request: Type.Object({
    ...InRealm,
    id: Uuid,
    ifVersion: nullable(Type.Integer()),
    changes: Type.Partial(
      Type.Object({
        url: WebhookUrl,
        description: nullable(Description),
        eventTypes: nullable(EventTypes),
        enabled: Type.Boolean(),
      }),
    ),
  }),
  reply: Webhook,
});

/** Deletes a webhook with its deliveries; `not_found`, `precondition_failed`. */
export const DeleteWebhook = defineCall({
  subject: 'audit.webhook.delete.v1',
  callers: ['gateway'],
  request: Type.Object({ ...InRealm, id: Uuid, ifVersion: nullable(Type.Integer()) }),
  reply: Acknowledged,
});

/** Lists the deliveries of a webhook that did not arrive yet, oldest first; `not_found`. */
export const ListWebhookDeliveries = defineCall({
  subject: 'audit.webhook-delivery.list.v1',
  callers: ['gateway'],
  request: Type.Object({
    realmId: Uuid,
    webhookId: Uuid,
    status: nullable(WebhookDelivery.properties.status),
    page: PageRequest,
  }),
  reply: pageOf(WebhookDelivery),
});

/** Tries a delivery again, from the beginning of its retries; `not_found`. */
export const RetryWebhookDelivery = defineCall({
  subject: 'audit.webhook-delivery.retry.v1',
  callers: ['gateway'],
  request: Type.Object({ ...InRealm, webhookId: Uuid, id: Uuid }),
  reply: WebhookDelivery,
});
