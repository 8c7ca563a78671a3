import { Injectable } from '@nestjs/common';
import { WebhookStore } from '../../domain/forwarding/webhook-store.js';
import type { WebhookOverview } from '../../domain/forwarding/webhook.js';
import { presentWebhook } from './present-webhook.js';

/** Reads a webhook of a realm. */
@Injectable()
export class ReadWebhook {
  constructor(private readonly store: WebhookStore) {}

  /** @throws AppError `not_found`. */
  execute(realmId: string, id: string): Promise<WebhookOverview> {
    return presentWebhook(this.store, realmId, id);
  }
}
