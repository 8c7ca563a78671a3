import type { RequestOf, RetryWebhookDelivery as Contract } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { WebhookStore } from '../../domain/forwarding/webhook-store.js';
import type { Delivery } from '../../domain/forwarding/webhook.js';
import { presentWebhook } from './present-webhook.js';
import { webhookEvent } from './webhook-event.js';

/** Has a delivery tried again now, dead or not; if it fails its retries begin anew. */
@Injectable()
export class RetryWebhookDelivery {
  constructor(
    private readonly store: WebhookStore,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found` for the webhook, and for a delivery that has arrived. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<Delivery> {
    const { actor, realmId, realmName, webhookId, id } = request;
    const webhook = await presentWebhook(this.store, realmId, webhookId);
    const before = await this.store.delivery(webhookId, id);
    if (before === null) throw noSuchDelivery();
    const now = this.clock.now();
    const details = { delivery_id: id, event_id: before.eventId };
    const facts = { type: 'webhook.delivery_retried', actor, webhook, realmName, details } as const;
    const after = await this.store.retry(webhookId, id, now, webhookEvent(facts, context, now));
    if (after === null) throw noSuchDelivery();
    await this.store.flush(context);
    return after;
  }
}

function noSuchDelivery(): AppError {
  return new AppError('not_found', {
    detail: 'There is no such delivery; one that has arrived is not kept.',
    reason: 'unknown_delivery',
  });
}
