import type { Webhook as WebhookReply } from '#contracts';
import type { WebhookOverview } from '../../domain/forwarding/webhook.js';

/** A webhook as the bus carries it; its secret stays. */
export function webhookReply(webhook: WebhookOverview): WebhookReply {
  const { health } = webhook;
  return {
    id: webhook.id,
    realmId: webhook.realmId,
    url: webhook.url,
    description: webhook.description,
    eventTypes: webhook.eventTypes === null ? null : [...webhook.eventTypes],
    enabled: webhook.enabled,
    pending: webhook.pending,
    dead: webhook.dead,
    failingSince: health.failingSince?.toISOString() ?? null,
    lastDeliveredAt: health.lastDeliveredAt?.toISOString() ?? null,
    lastError: health.lastError,
    version: webhook.version,
    createdAt: webhook.createdAt.toISOString(),
    updatedAt: webhook.updatedAt.toISOString(),
  };
}
