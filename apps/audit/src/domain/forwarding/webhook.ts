/** A secret at rest: encrypted with a data key of its own, which the master key wraps. */
export interface SealedSecret {
  readonly masterKeyId: string;
  readonly wrappedDataKey: string;
  readonly ciphertext: string;
}

/** How a receiver does. */
export interface WebhookHealth {
  /** Since when nothing has arrived; null while it works. */
  readonly failingSince: Date | null;
  readonly lastDeliveredAt: Date | null;
  readonly lastError: string | null;
}

/** A receiver of a realm's audit events. */
export interface Webhook {
  readonly id: string;
  readonly realmId: string;
  readonly realmName: string;
  readonly url: string;
  readonly description: string | null;
  /** Types and `noun.*`; null for every type. */
  readonly eventTypes: readonly string[] | null;
  readonly enabled: boolean;
  readonly secret: SealedSecret;
  /** The secret before, which signs too until then; null without. */
  readonly former: { readonly secret: SealedSecret; readonly until: Date } | null;
  readonly health: WebhookHealth;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A webhook with how much has not arrived. */
export interface WebhookOverview extends Webhook {
  readonly pending: number;
  readonly dead: number;
}

/** What an administrator says of a webhook. */
export interface WebhookFacts {
  readonly url: string;
  readonly description: string | null;
  readonly eventTypes: readonly string[] | null;
  readonly enabled: boolean;
}

/** An event that did not arrive yet. */
export interface Delivery {
  readonly id: string;
  readonly webhookId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly status: 'pending' | 'dead';
  readonly attempts: number;
  readonly lastError: string | null;
  readonly firstAttemptAt: Date;
  readonly lastAttemptAt: Date;
  /** Null for a dead one. */
  readonly nextAttemptAt: Date | null;
}

/** The secrets that messages are signed with now, the newest first. */
export function signingSecrets(
  { secret, former }: Pick<Webhook, 'secret' | 'former'>,
  now: Date,
): readonly SealedSecret[] {
  return former !== null && former.until > now ? [secret, former.secret] : [secret];
}

/** Whether a webhook wants events of a type. */
export function wants({ eventTypes }: Pick<Webhook, 'eventTypes'>, type: string): boolean {
  if (eventTypes === null) return true;
  return eventTypes.some(
    (wanted) => wanted === type || (wanted.endsWith('.*') && type.startsWith(wanted.slice(0, -1))),
  );
}

/** A webhook as the audit log shows it. */
export function auditedWebhook({ url, description, eventTypes, enabled }: WebhookFacts) {
  return { url, description, event_types: eventTypes, enabled, secret: '***' };
}
