import { Injectable } from '@nestjs/common';
import { WebhookStore, type IdPage, type IdPageQuery } from '../../domain/forwarding/webhook-store.js';
import type { WebhookOverview } from '../../domain/forwarding/webhook.js';

/** Lists the webhooks of a realm. */
@Injectable()
export class ListWebhooks {
  constructor(private readonly store: WebhookStore) {}

  execute(realmId: string, page: IdPageQuery): Promise<IdPage<WebhookOverview>> {
    return this.store.list(realmId, page);
  }
}
