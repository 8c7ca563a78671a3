import type { CreateWebhook as Contract, ReplyOf, RequestOf, Webhook as WebhookReply } from '#contracts';
import { Clock } from '#host';
import { IdempotentCreation, namedCreation, type KeepAnswer } from '#idempotency';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { newWebhookSecret } from '../../domain/forwarding/webhook-message.js';
import { checkWebhook, MAX_WEBHOOKS_PER_REALM, WebhookTargets } from '../../domain/forwarding/webhook-policy.js';
import { SecretBox } from '../../domain/forwarding/webhook-sender.js';
import { WebhookStore } from '../../domain/forwarding/webhook-store.js';
import { auditedWebhook, type Webhook } from '../../domain/forwarding/webhook.js';
import { realmScope } from '../../domain/realm-scope.js';
import { webhookEvent } from './webhook-event.js';
import { webhookReply } from './webhook-reply.js';

/** Makes a webhook, which gets what enters the log from then on. Its secret is told this one time. */
@Injectable()
export class CreateWebhook {
  constructor(
    private readonly store: WebhookStore,
    private readonly box: SecretBox,
    private readonly targets: WebhookTargets,
    private readonly idempotent: IdempotentCreation,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `validation_failed`, `conflict` when the realm has too many, `idempotency_key_reused`. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<ReplyOf<typeof Contract>> {
    const { url, eventTypes } = request;
    checkWebhook({ url, eventTypes }, this.targets);
    const created = await this.idempotent.run<WebhookReply, ReplyOf<typeof Contract>>(
      namedCreation('webhook', request),
      (keep) => this.create(request, keep, context),
    );
    if (created.replayed) return { webhook: created.answer, secret: null, replayed: true };
    await this.store.flush(context);
    return created.result;
  }

  private async create(
    request: RequestOf<typeof Contract>,
    keep: KeepAnswer<WebhookReply>,
    context: CallContext,
  ): Promise<ReplyOf<typeof Contract>> {
    const { actor, realmId, realmName, url, description, eventTypes, enabled } = request;
    const now = this.clock.now();
    const id = uuidv7();
    const secret = newWebhookSecret();
    const webhook: Webhook = {
      ...{ id, realmId, realmName, url, description, eventTypes, enabled },
      secret: this.box.seal(secret, id),
      former: null,
      health: { failingSince: null, lastDeliveredAt: null, lastError: null },
      ...{ version: 1, createdAt: now, updatedAt: now },
    };
    const reply = webhookReply({ ...webhook, pending: 0, dead: 0 });
    const details = { webhook: auditedWebhook(webhook) };
    const event = webhookEvent({ type: 'webhook.created', actor, webhook, realmName, details }, context, now);
    const scope = { realmIds: realmScope({ name: realmName, id: realmId }), limit: MAX_WEBHOOKS_PER_REALM };
    await this.store.add(webhook, scope, event, (keeper) => keep(keeper, realmId, reply));
    return { webhook: reply, secret };
  }
}
