import { Type } from '@sinclair/typebox';
import { Actor, Instant, nullable, Uuid } from './common.js';
import { defineCall } from './contract.js';
import { Webhook } from './webhooks.js';

/**
 * Gives a webhook a new secret. Messages are signed with the former one too for `graceSeconds` (0: not at all), so that its
 * receiver can change over in its own time; of one before that no signature is made any more. `not_found`, `precondition_failed`.
 */
export const RotateWebhookSecret = defineCall({
  subject: 'audit.webhook-secret.rotate.v1',
  callers: ['gateway'],
  request: Type.Object({
    actor: Actor,
    realmId: Uuid,
    realmName: Type.String(),
    id: Uuid,
    ifVersion: nullable(Type.Integer()),
    graceSeconds: Type.Integer({ minimum: 0, maximum: 31_536_000 }),
  }),
  /** `secret` is told this one time. */
  reply: Type.Object({ webhook: Webhook, secret: Type.String(), formerSignsUntil: Instant }),
});
