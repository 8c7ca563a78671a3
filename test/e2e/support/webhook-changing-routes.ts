import { expect } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { unique } from './administrator.js';
import type { Ground, Prepare } from './change-ground.js';

/** Nobody listens there; what goes there waits for another attempt. */
const NOWHERE = 'https://127.0.0.1:1/audit';

async function webhook(ground: Ground, eventTypes: readonly string[] = ['realm.deleted']): Promise<string> {
  const made = { url: NOWHERE, event_types: eventTypes };
  return (await ground.admin.done<{ id: string }>('POST', `${ground.base}/webhooks`, made)).id;
}

/** A delivery that has failed. */
async function delivery(ground: Ground, id: string): Promise<{ readonly id: string; readonly event_id: string }> {
  await ground.admin.done('POST', `${ground.base}/roles`, { name: unique('role'), permissions: [] });
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(100)) {
    const { data } = await ground.admin.done<{ data: readonly { id: string; event_id: string }[] }>(
      'GET',
      `${ground.base}/webhooks/${id}/deliveries`,
    );
    if (data[0] !== undefined) return data[0];
  }
  throw new Error('A webhook that leads nowhere has no delivery to show.');
}

/** What changes of webhooks must tell the log. */
export const WEBHOOK_CHANGING_ROUTES: Readonly<Record<string, Prepare>> = {
  'POST /realms/{realm}/webhooks': (ground) => {
    const details = { webhook: { url: NOWHERE, secret: '***', event_types: ['realm.deleted'], enabled: true } };
    return Promise.resolve({
      path: `${ground.base}/webhooks`,
      json: { url: NOWHERE, event_types: ['realm.deleted'] },
      realm: ground.realm,
      events: [{ type: 'webhook.created', target: { kind: 'webhook' }, details }],
    });
  },
  'PATCH /realms/{realm}/webhooks/{id}': async (ground) => {
    const id = await webhook(ground);
    const details = { changes: { enabled: { before: true, after: false } } };
    return {
      path: `${ground.base}/webhooks/${id}`,
      json: { enabled: false },
      realm: ground.realm,
      events: [{ type: 'webhook.updated', target: { kind: 'webhook', id }, details }],
    };
  },
  'POST /realms/{realm}/webhooks/{id}/secret': async (ground) => {
    const id = await webhook(ground);
    const details = { former_signs_until: expect.any(String) };
    return {
      path: `${ground.base}/webhooks/${id}/secret`,
      json: { grace_seconds: 60 },
      realm: ground.realm,
      events: [{ type: 'webhook.secret_rotated', target: { kind: 'webhook', id }, details }],
    };
  },
  'DELETE /realms/{realm}/webhooks/{id}': async (ground) => {
    const id = await webhook(ground);
    return {
      path: `${ground.base}/webhooks/${id}`,
      realm: ground.realm,
      events: [{ type: 'webhook.deleted', target: { kind: 'webhook', id }, details: { webhook: { url: NOWHERE } } }],
    };
  },
  'POST /realms/{realm}/webhooks/{id}/deliveries/{deliveryId}/retry': async (ground) => {
    const id = await webhook(ground, ['role.created']);
    const failed = await delivery(ground, id);
    const details = { delivery_id: failed.id, event_id: failed.event_id };
    return {
      path: `${ground.base}/webhooks/${id}/deliveries/${failed.id}/retry`,
      realm: ground.realm,
      events: [{ type: 'webhook.delivery_retried', target: { kind: 'webhook', id }, details }],
    };
  },
};
