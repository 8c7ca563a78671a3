import { AppError } from '#errors';
import type { WebhookOverview } from '../../domain/forwarding/webhook.js';
import type { WebhookStore } from '../../domain/forwarding/webhook-store.js';

/** The webhook of that id in the realm. @throws AppError `not_found`. */
export async function presentWebhook(store: WebhookStore, realmId: string, id: string): Promise<WebhookOverview> {
  const webhook = await store.read(realmId, id);
  if (webhook === null)
    throw new AppError('not_found', { detail: 'There is no such webhook.', reason: 'unknown_webhook' });
  return webhook;
}

/** @throws AppError `precondition_failed` when a version is asked for and it is another one. */
export function checkVersion(asked: number | null, version: number): void {
  if (asked !== null && asked !== version) throw changedMeanwhile();
}

/** Somebody else was faster. */
export function changedMeanwhile(): AppError {
  return new AppError('precondition_failed', {
    detail: 'The webhook has been changed since it was read.',
    reason: 'other_version',
  });
}
