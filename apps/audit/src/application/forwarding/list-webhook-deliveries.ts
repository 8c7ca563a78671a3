import type { ListWebhookDeliveries as Contract, RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { WebhookStore, type IdPage, type IdPageQuery } from '../../domain/forwarding/webhook-store.js';
import type { Delivery } from '../../domain/forwarding/webhook.js';
import { presentWebhook } from './present-webhook.js';

/** Lists what of a webhook has not arrived. */
@Injectable()
export class ListWebhookDeliveries {
  constructor(private readonly store: WebhookStore) {}

  /** @throws AppError `not_found`. */
  async execute(
    { realmId, webhookId, status }: Pick<RequestOf<typeof Contract>, 'realmId' | 'webhookId' | 'status'>,
    page: IdPageQuery,
  ): Promise<IdPage<Delivery>> {
    await presentWebhook(this.store, realmId, webhookId);
    return this.store.deliveries(webhookId, status, page);
  }
}
