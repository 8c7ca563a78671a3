import type { Webhook, WebhookDelivery } from '#contracts';

/** A webhook as the API shows it. */
export function webhookView(webhook: Webhook) {
  return {
    id: webhook.id,
    realm_id: webhook.realmId,
    url: webhook.url,
    description: webhook.description,
    event_types: webhook.eventTypes,
    enabled: webhook.enabled,
    pending: webhook.pending,
    dead: webhook.dead,
    failing_since: webhook.failingSince,
    last_delivered_at: webhook.lastDeliveredAt,
    last_error: webhook.lastError,
    created_at: webhook.createdAt,
    updated_at: webhook.updatedAt,
  };
}

/** A delivery that has not arrived as the API shows it. */
export function webhookDeliveryView(delivery: WebhookDelivery) {
  return {
    id: delivery.id,
    webhook_id: delivery.webhookId,
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    status: delivery.status,
    attempts: delivery.attempts,
    last_error: delivery.lastError,
    first_attempt_at: delivery.firstAttemptAt,
    last_attempt_at: delivery.lastAttemptAt,
    next_attempt_at: delivery.nextAttemptAt,
  };
}
