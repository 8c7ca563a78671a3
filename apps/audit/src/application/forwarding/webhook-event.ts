import { auditActor, newAuditEvent } from '#audit-trail';
import type { Actor, AuditDetails, AuditEvent } from '#contracts';
import type { CallContext } from '#messaging';
import type { Webhook } from '../../domain/forwarding/webhook.js';

type Type =
  'webhook.created' | 'webhook.updated' | 'webhook.secret_rotated' | 'webhook.deleted' | 'webhook.delivery_retried';

/** The record of what an administrator did to a webhook. */
export function webhookEvent<T extends Type>(
  facts: {
    readonly type: T;
    readonly actor: Actor;
    readonly webhook: Pick<Webhook, 'id' | 'realmId'>;
    readonly realmName: string;
    readonly details: AuditDetails<T>;
  },
  context: CallContext,
  now: Date,
): AuditEvent {
  const { type, actor, webhook, realmName, details } = facts;
  return newAuditEvent(
    {
      type,
      realm: realmName,
      realmId: webhook.realmId,
      actor: auditActor(actor),
      peer: actor.peer,
      target: { kind: 'webhook', id: webhook.id },
      details,
    },
    context,
    now,
  );
}
