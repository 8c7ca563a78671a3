import type { WebhookMessage } from './webhook-message.js';
import type { SealedSecret } from './webhook.js';

/** What an attempt came to. The words are for the administrator of the realm; nothing of the answer's body is in them. */
export type SendOutcome = { readonly arrived: true } | { readonly arrived: false; readonly error: string };

/** Sends messages to receivers; never throws, and never waits for long. Also the dependency-injection token. */
export abstract class WebhookSender {
  abstract send(url: string, message: WebhookMessage): Promise<SendOutcome>;
}

/** Seals and opens the secrets of webhooks. Also the dependency-injection token. */
export abstract class SecretBox {
  abstract seal(secret: string, webhookId: string): SealedSecret;
  /** @throws Error when it was sealed with another master key, altered, or is of another webhook. */
  abstract open(sealed: SealedSecret, webhookId: string): string;
}
