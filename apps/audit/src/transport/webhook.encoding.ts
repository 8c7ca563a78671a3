import type { WebhookDelivery } from '#contracts';
import type { Delivery } from '../domain/forwarding/webhook.js';
import type { IdPage, IdPageQuery } from '../domain/forwarding/webhook-store.js';
import { decodePosition, encodePosition } from './log-position.codec.js';

/** Encodes a delivery. */
export function encodeDelivery(delivery: Delivery): WebhookDelivery {
  const { id, webhookId, eventId, eventType, status, attempts, lastError } = delivery;
  return {
    ...{ id, webhookId, eventId, eventType, status, attempts, lastError },
    firstAttemptAt: delivery.firstAttemptAt.toISOString(),
    lastAttemptAt: delivery.lastAttemptAt.toISOString(),
    nextAttemptAt: delivery.nextAttemptAt?.toISOString() ?? null,
  };
}

/** Decodes which page is asked for. @throws AppError `malformed_request` for a cursor that the list did not give out. */
export function decodePage({ limit, cursor }: { readonly limit: number; readonly cursor: string | null }): IdPageQuery {
  return { limit, after: cursor === null ? null : decodePosition(cursor) };
}

/** Encodes a page. */
export function encodePage<T, R>(page: IdPage<T>, encode: (item: T) => R) {
  return {
    items: page.items.map(encode),
    nextCursor: page.next === null ? null : encodePosition(page.next),
    total: page.total,
  };
}
