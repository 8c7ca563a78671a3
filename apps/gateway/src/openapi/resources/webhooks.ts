import { WEBHOOK_DELIVERY_STATES } from '#contracts';
import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';
import { dataOf, Id, IDEMPOTENT, oneOf, orNull, pageOf, PAGING, Time } from '../schemas.js';

const webhook = {
  id: Id,
  realm_id: Id,
  url: Type.String(),
  description: orNull(Type.String()),
  event_types: Type.Union([Type.Array(Type.String()), Type.Null()], { description: 'null: every type.' }),
  enabled: Type.Boolean(),
  pending: Type.Integer({ description: 'Deliveries that wait for another attempt.' }),
  dead: Type.Integer({ description: 'Deliveries that were given up.' }),
  failing_since: Type.Union([Time, Type.Null()], { description: 'Since when nothing has arrived.' }),
  last_delivered_at: orNull(Time),
  last_error: orNull(Type.String()),
  created_at: Time,
  updated_at: Time,
};
const Webhook = Type.Object(webhook, { $id: 'Webhook' });
const NewWebhook = Type.Object(
  {
    ...webhook,
    secret: Type.Union([Type.String(), Type.Null()], {
      description: 'Shown this one time; null when the creation is answered again. Signs as Standard Webhooks says.',
    }),
  },
  { $id: 'NewWebhook' },
);
const RotatedSecret = Type.Object(
  {
    id: Id,
    secret: Type.String({ description: 'Shown this one time.' }),
    former_signs_until: Type.String({
      format: 'date-time',
      description: 'Until then messages have two signatures, the second with the former secret.',
    }),
  },
  { $id: 'RotatedWebhookSecret' },
);
const Delivery = Type.Object(
  {
    id: Id,
    webhook_id: Id,
    event_id: Id,
    event_type: Type.String(),
    status: oneOf(WEBHOOK_DELIVERY_STATES),
    attempts: Type.Integer(),
    last_error: orNull(Type.String()),
    first_attempt_at: Time,
    last_attempt_at: Time,
    next_attempt_at: Type.Union([Time, Type.Null()], { description: 'null for a dead one.' }),
  },
  { $id: 'WebhookDelivery' },
);

/** Receivers of the audit log. */
export const WEBHOOKS: ResourceDoc = {
  name: 'Webhooks',
  description:
    'Receivers of audit events, signed as Standard Webhooks says and sent until they arrive: at least once, in no promised ' +
    'order. See docs/audit-forwarding.md.',
  operations: {
    'GET /realms/{realm}/webhooks': {
      id: 'listWebhooks',
      summary: 'List webhooks',
      answer: pageOf(Webhook),
      query: PAGING,
    },
    'POST /realms/{realm}/webhooks': {
      id: 'createWebhook',
      summary: 'Create a webhook',
      description:
        'It gets what enters the log from now on. `event_types` are types of audit events, or `noun.*`; null is every type. The ' +
        'URL must be https and its host a public address, unless the operator allows more.',
      answer: NewWebhook,
      ...IDEMPOTENT,
      tagged: true,
      located: true,
      errors: ['conflict', ...IDEMPOTENT.errors],
      example: { url: 'https://receiver.example/audit', event_types: ['client.*', 'token.refused'] },
    },
    'GET /realms/{realm}/webhooks/{id}': {
      id: 'readWebhook',
      summary: 'Read a webhook',
      answer: dataOf(Webhook),
      tagged: true,
    },
    'PATCH /realms/{realm}/webhooks/{id}': {
      id: 'updateWebhook',
      summary: 'Change a webhook',
      description: 'One that is disabled keeps its place in the log and goes on from there.',
      answer: dataOf(Webhook),
      tagged: true,
      conditional: true,
      example: { enabled: false },
    },
    'POST /realms/{realm}/webhooks/{id}/secret': {
      id: 'rotateWebhookSecret',
      summary: 'Make a new secret while the former one goes on signing',
      description:
        'For `grace_seconds` (a day unless given, 0 means not at all) messages have a signature with each of the two, so that the ' +
        'receiver can change over in its own time. Of a secret before these two no signature is made any more.',
      answer: RotatedSecret,
      tagged: true,
      conditional: true,
      example: { grace_seconds: 3_600 },
    },
    'DELETE /realms/{realm}/webhooks/{id}': {
      id: 'deleteWebhook',
      summary: 'Delete a webhook with the deliveries that have not arrived',
      answer: null,
      conditional: true,
    },
    'GET /realms/{realm}/webhooks/{id}/deliveries': {
      id: 'listWebhookDeliveries',
      summary: 'List deliveries that have not arrived, oldest first',
      answer: pageOf(Delivery),
      query: { ...PAGING, status: oneOf(WEBHOOK_DELIVERY_STATES) },
    },
    'POST /realms/{realm}/webhooks/{id}/deliveries/{deliveryId}/retry': {
      id: 'retryWebhookDelivery',
      summary: 'Try a delivery again now, dead or not',
      answer: dataOf(Delivery),
    },
  },
};
