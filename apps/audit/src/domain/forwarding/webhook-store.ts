import type { AuditEvent } from '#contracts';
import type { AnswerKeeper } from '#idempotency';
import type { CallContext } from '#messaging';
import type { RealmScopeId } from '../realm-scope.js';
import type { Delivery, Webhook, WebhookOverview } from './webhook.js';

/** A page of a list by id. */
export interface IdPage<T> {
  readonly items: readonly T[];
  /** Id of the page's last item; null on the last page. */
  readonly next: string | null;
  readonly total: number;
}

/** Asks for a page. */
export interface IdPageQuery {
  readonly limit: number;
  readonly after: string | null;
}

/** Where webhooks are kept. Every change takes its record along. Also the dependency-injection token. */
export abstract class WebhookStore {
  /**
   * Adds a webhook, whose deliveries begin with what enters the log from now on.
   *
   * @throws AppError `conflict` when the realm has `limit` already.
   */
  abstract add(
    webhook: Webhook,
    scope: { readonly realmIds: readonly RealmScopeId[]; readonly limit: number },
    event: AuditEvent,
    keep: (keeper: AnswerKeeper) => Promise<void>,
  ): Promise<void>;
  abstract list(realmId: string, query: IdPageQuery): Promise<IdPage<WebhookOverview>>;
  abstract read(realmId: string, id: string): Promise<WebhookOverview | null>;
  /** Changes a webhook that still has the version that was read; false when somebody was faster. */
  abstract save(webhook: Webhook, readVersion: number, event: AuditEvent): Promise<boolean>;
  /** Gives a webhook its new secret and what is left of the former one; false as for `save`. */
  abstract saveSecret(webhook: Webhook, readVersion: number, event: AuditEvent): Promise<boolean>;
  /** Removes a webhook with its deliveries; false when it has another version by now. */
  abstract remove(webhook: Webhook, event: AuditEvent): Promise<boolean>;
  abstract deliveries(
    webhookId: string,
    status: Delivery['status'] | null,
    query: IdPageQuery,
  ): Promise<IdPage<Delivery>>;
  abstract delivery(webhookId: string, id: string): Promise<Delivery | null>;
  /** Makes a delivery due now, its retries to begin anew; null when it is gone, having arrived. */
  abstract retry(webhookId: string, id: string, now: Date, event: AuditEvent): Promise<Delivery | null>;
  /** Sends the records of committed changes. Never throws: what cannot be sent now is sent later. */
  abstract flush(context: CallContext): Promise<void>;
}
