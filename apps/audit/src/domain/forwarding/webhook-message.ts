import { createHmac, randomBytes } from 'node:crypto';

/** What the secret of a webhook begins with. */
const SECRET_PREFIX = 'whsec_';
const SECRET_BYTES = 32;

/** A delivery as it goes over the wire, in the form of Standard Webhooks. */
export interface WebhookMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Makes a secret, as receivers are given it. */
export function newWebhookSecret(): string {
  return SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}

/**
 * Makes the message of an event. `webhook-id` is the event's id, the same at every attempt, by which receivers recognise what they
 * have had; the signature covers id, time and body. While a secret is replaced there are two signatures, in no order that matters:
 * a receiver takes the message when one of them fits.
 */
export function webhookMessage(
  event: { readonly id: string; readonly type: string; readonly time: string },
  secrets: readonly string[],
  now: Date,
): WebhookMessage {
  const body = JSON.stringify({ type: event.type, timestamp: event.time, data: event });
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Chancery-Webhook/1',
      'webhook-id': event.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': secrets
        .map((secret) => `v1,${signature(secret, `${event.id}.${timestamp}.${body}`)}`)
        .join(' '),
    },
    body,
  };
}

function signature(secret: string, content: string): string {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  return createHmac('sha256', key).update(content).digest('base64');
}
