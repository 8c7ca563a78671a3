import { changesBetween } from '#audit-trail';
import type { RequestOf, UpdateWebhook as Contract } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { checkWebhook, WebhookTargets } from '../../domain/forwarding/webhook-policy.js';
import { WebhookStore } from '../../domain/forwarding/webhook-store.js';
import { auditedWebhook, type WebhookOverview } from '../../domain/forwarding/webhook.js';
import { changedMeanwhile, checkVersion, presentWebhook } from './present-webhook.js';
import { webhookEvent } from './webhook-event.js';

/** Changes a webhook. One that is disabled keeps its place in the log, and goes on from there. */
@Injectable()
export class UpdateWebhook {
  constructor(
    private readonly store: WebhookStore,
    private readonly targets: WebhookTargets,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found`, `precondition_failed`, `validation_failed`. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<WebhookOverview> {
    const { actor, realmId, realmName, id, ifVersion, changes } = request;
    const before = await presentWebhook(this.store, realmId, id);
    checkVersion(ifVersion, before.version);
    const now = this.clock.now();
    const wanted = { ...before, ...changes };
    checkWebhook(wanted, this.targets);
    const differing = changesBetween(auditedWebhook(before), auditedWebhook(wanted));
    if (Object.keys(differing).length === 0) return before;
    const after = { ...wanted, version: before.version + 1, updatedAt: now };
    const details = { changes: differing };
    const event = webhookEvent({ type: 'webhook.updated', actor, webhook: after, realmName, details }, context, now);
    if (!(await this.store.save(after, before.version, event))) throw changedMeanwhile();
    await this.store.flush(context);
    return after;
  }
}
