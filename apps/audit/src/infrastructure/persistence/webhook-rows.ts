import type { Delivery, Webhook } from '../../domain/forwarding/webhook.js';

/** The columns of `audit.webhooks`. */
export const WEBHOOK_COLUMNS = `id, realm_id, realm_name, url, description, event_types, enabled, master_key_id,
  wrapped_data_key, secret_ciphertext, former_master_key_id, former_wrapped_data_key, former_secret_ciphertext, former_until,
  failing_since, last_delivered_at, last_error, version, created_at, updated_at`;

/** The columns of `audit.webhook_deliveries`. */
export const DELIVERY_COLUMNS = `id, webhook_id, event_id, event_type, status, attempts, last_error, first_attempt_at,
  last_attempt_at, next_attempt_at`;

/** A row of `audit.webhooks`. */
export interface WebhookRow {
  readonly id: string;
  readonly realm_id: string;
  readonly realm_name: string;
  readonly url: string;
  readonly description: string | null;
  readonly event_types: readonly string[] | null;
  readonly enabled: boolean;
  readonly master_key_id: string;
  readonly wrapped_data_key: string;
  readonly secret_ciphertext: string;
  readonly former_master_key_id: string | null;
  readonly former_wrapped_data_key: string | null;
  readonly former_secret_ciphertext: string | null;
  readonly former_until: Date | null;
  readonly failing_since: Date | null;
  readonly last_delivered_at: Date | null;
  readonly last_error: string | null;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** A row of `audit.webhook_deliveries`. */
export interface DeliveryRow {
  readonly id: string;
  readonly webhook_id: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly status: 'pending' | 'dead';
  readonly attempts: number;
  readonly last_error: string | null;
  readonly first_attempt_at: Date;
  readonly last_attempt_at: Date;
  readonly next_attempt_at: Date | null;
}

/** Reads a row of `audit.webhooks`. */
export function webhookOf(row: WebhookRow): Webhook {
  return {
    id: row.id,
    realmId: row.realm_id,
    realmName: row.realm_name,
    url: row.url,
    description: row.description,
    eventTypes: row.event_types,
    enabled: row.enabled,
    secret: {
      masterKeyId: row.master_key_id,
      wrappedDataKey: row.wrapped_data_key,
      ciphertext: row.secret_ciphertext,
    },
    former: formerOf(row),
    health: { failingSince: row.failing_since, lastDeliveredAt: row.last_delivered_at, lastError: row.last_error },
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function formerOf(row: WebhookRow): Webhook['former'] {
  const { former_master_key_id: masterKeyId, former_wrapped_data_key: wrappedDataKey } = row;
  const { former_secret_ciphertext: ciphertext, former_until: until } = row;
  // All of them or none, says a constraint of the table.
  if (masterKeyId === null || wrappedDataKey === null || ciphertext === null || until === null) return null;
  return { secret: { masterKeyId, wrappedDataKey, ciphertext }, until };
}

/** Reads a row of `audit.webhook_deliveries`. */
export function deliveryOf(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    eventId: row.event_id,
    eventType: row.event_type,
    status: row.status,
    attempts: row.attempts,
    lastError: row.last_error,
    firstAttemptAt: row.first_attempt_at,
    lastAttemptAt: row.last_attempt_at,
    nextAttemptAt: row.next_attempt_at,
  };
}
