import type { DeleteWebhook as Contract, RequestOf } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { WebhookStore } from '../../domain/forwarding/webhook-store.js';
import { auditedWebhook } from '../../domain/forwarding/webhook.js';
import { changedMeanwhile, checkVersion, presentWebhook } from './present-webhook.js';
import { webhookEvent } from './webhook-event.js';

/** Deletes a webhook, with what has not arrived. */
@Injectable()
export class DeleteWebhook {
  constructor(
    private readonly store: WebhookStore,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found`, `precondition_failed`. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<void> {
    const { actor, realmId, realmName, id, ifVersion } = request;
    const webhook = await presentWebhook(this.store, realmId, id);
    checkVersion(ifVersion, webhook.version);
    const details = { webhook: auditedWebhook(webhook) };
    const facts = { type: 'webhook.deleted', actor, webhook, realmName, details } as const;
    if (!(await this.store.remove(webhook, webhookEvent(facts, context, this.clock.now())))) throw changedMeanwhile();
    await this.store.flush(context);
  }
}
