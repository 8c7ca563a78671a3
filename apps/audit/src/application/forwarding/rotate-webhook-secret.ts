import type { ReplyOf, RequestOf, RotateWebhookSecret as Contract } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { newWebhookSecret } from '../../domain/forwarding/webhook-message.js';
import { SecretBox } from '../../domain/forwarding/webhook-sender.js';
import { WebhookStore } from '../../domain/forwarding/webhook-store.js';
import { changedMeanwhile, checkVersion, presentWebhook } from './present-webhook.js';
import { webhookEvent } from './webhook-event.js';
import { webhookReply } from './webhook-reply.js';

/** Gives a webhook a new secret, told this one time; the former one signs too until the grace is over. */
@Injectable()
export class RotateWebhookSecret {
  constructor(
    private readonly store: WebhookStore,
    private readonly box: SecretBox,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found`, `precondition_failed`. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<ReplyOf<typeof Contract>> {
    const { actor, realmId, realmName, id, ifVersion, graceSeconds } = request;
    const before = await presentWebhook(this.store, realmId, id);
    checkVersion(ifVersion, before.version);
    const now = this.clock.now();
    const until = new Date(now.getTime() + graceSeconds * 1_000);
    const secret = newWebhookSecret();
    const after = {
      ...before,
      secret: this.box.seal(secret, id),
      former: graceSeconds === 0 ? null : { secret: before.secret, until },
      ...{ version: before.version + 1, updatedAt: now },
    };
    const details = { former_signs_until: until.toISOString() };
    const facts = { type: 'webhook.secret_rotated', actor, webhook: after, realmName, details } as const;
    if (!(await this.store.saveSecret(after, before.version, webhookEvent(facts, context, now))))
      throw changedMeanwhile();
    await this.store.flush(context);
    return { webhook: webhookReply(after), secret, formerSignsUntil: until.toISOString() };
  }
}
