import type { RealmScopeId } from '../realm-scope.js';
import type { Delivery, Webhook, WebhookHealth } from './webhook.js';

/** Who forwards a sink, and until when nobody else does. */
export interface Lease {
  readonly sink: string;
  readonly holder: string;
}

/** How far a sink has come in the log of each realm: the index that it reads next. */
export type Positions = ReadonlyMap<RealmScopeId, number>;

/** What an attempt at deliveries came to; stored all together or not at all. */
export interface WebhookProgress {
  /** What arrived of what had failed before. */
  readonly arrived: readonly string[];
  /** What failed, for the first time or again. */
  readonly failed: readonly Delivery[];
  readonly positions: Positions;
  readonly health: WebhookHealth;
  /** The realm is gone: nothing more will come. */
  readonly ended: boolean;
}

/** The lease is another's by now: nothing was stored. */
export class LeaseLostError extends Error {
  constructor(sink: string) {
    super(`The lease of ${sink} was lost`);
    this.name = 'LeaseLostError';
  }
}

/**
 * Where forwarding keeps how far it has come. Leases are judged by the clock of the database, which all replicas share. Also
 * the dependency-injection token.
 */
export abstract class ForwardingStore {
  /** Takes a sink's lease, or has it anew; false while it is another's. */
  abstract lease(lease: Lease, seconds: number): Promise<boolean>;
  /** Prolongs a lease that has not run out; false when it has: who stood still must not take it back from under another. */
  abstract renew(lease: Lease, seconds: number): Promise<boolean>;
  /** Gives a lease back, so that another replica can go on at once. */
  abstract release(lease: Lease): Promise<void>;
  /** Webhooks that have something to do now: news, or a delivery that is due. */
  abstract busyWebhooks(now: Date, limit: number): Promise<readonly string[]>;
  /** The webhook, enabled or not; null when it is gone. */
  abstract webhook(id: string): Promise<Webhook | null>;
  /** How far a sink has come; null when it has never been seen. */
  abstract positions(sink: string): Promise<Positions | null>;
  /** Deliveries that are due, those that have waited longest first. */
  abstract dueDeliveries(webhookId: string, now: Date, limit: number): Promise<readonly Delivery[]>;
  abstract countPending(webhookId: string): Promise<number>;
  /** @throws LeaseLostError */
  abstract saveWebhook(lease: Lease, webhookId: string, progress: WebhookProgress): Promise<void>;
  /** Moves a sink that is no webhook; makes it when it is new. @throws LeaseLostError */
  abstract savePositions(lease: Lease, positions: Positions): Promise<void>;
}
