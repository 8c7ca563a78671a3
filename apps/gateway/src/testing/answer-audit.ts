import {
  CreateWebhook,
  DeleteWebhook,
  EraseAuditPersonalData,
  ListTokensCarrying,
  ListPoison,
  ReadAuditExport,
  ReadAuditRetention,
  SetAuditRetention,
  ReadAuditFeed,
  ReadAuditHistogram,
  ListWebhookDeliveries,
  ListWebhooks,
  ReadHistoricalAuthority,
  ReadWebhook,
  RetryWebhookDelivery,
  RotateWebhookSecret,
  UpdateWebhook,
  type Webhook,
  type WebhookDelivery,
} from '#contracts';
import type { FakeMessageClient } from './fake-message-client.js';
import { AppError } from '#errors';
import { CLIENT_ID, EVENT, EVENT_ID, REALM, ROLE_ID, USER_ID } from './samples.js';

const NOW = '2026-01-31T12:00:00.000Z';
const reference = (type: string) => ({ event_id: EVENT_ID, type, time: NOW });

const WEBHOOK: Webhook = {
  ...{
    id: EVENT_ID,
    realmId: REALM.id,
    url: 'https://receiver.example/audit',
    description: null,
    eventTypes: ['client.*'],
  },
  ...{ enabled: true, pending: 1, dead: 0, failingSince: null, lastDeliveredAt: NOW, lastError: null, version: 3 },
  ...{ createdAt: NOW, updatedAt: NOW },
};
const DELIVERY: WebhookDelivery = {
  ...{
    id: EVENT_ID,
    webhookId: WEBHOOK.id,
    eventId: EVENT_ID,
    eventType: 'client.created',
    status: 'dead',
    attempts: 9,
  },
  ...{ lastError: 'it answered 500', firstAttemptAt: NOW, lastAttemptAt: NOW, nextAttemptAt: null },
};

/** Makes every contract of the audit log beyond its events answer something sensible. */
export function answerAudit(bus: FakeMessageClient): void {
  bus.on(ReadHistoricalAuthority, ({ at }) => ({
    at,
    subject: { id: USER_ID, kind: 'service_account' as const, username: 'service-account-billing', enabled: false },
    client: { id: CLIENT_ID, client_id: 'billing', enabled: false, service_account_enabled: true },
    able: false,
    obstacles: [{ reason: 'client_disabled' as const, event: reference('client.updated') }],
    scopes: [
      {
        client_id: null,
        audience: 'realm-management',
        permissions: ['view_events'],
        roles: [
          {
            id: ROLE_ID,
            name: 'auditor',
            permissions: [{ name: 'view_events', since: reference('role.created') }],
            created: reference('role.created'),
            assigned: reference('role.assigned'),
          },
        ],
      },
    ],
    complete: true,
    gaps: [],
  }));
  bus.on(ListPoison, () => ({
    items: [{ digest: 'a'.repeat(64), error: 'not JSON', received_at: NOW, bytes: 3, payload: 'x y' }],
    nextCursor: null,
    total: 1,
  }));
  bus.on(ListTokensCarrying, ({ from }) => ({
    items: [
      {
        ...{
          jti: 'j1',
          event_id: EVENT_ID,
          client_id: 'billing',
          subject_id: USER_ID,
          issued_at: NOW,
          expires_at: NOW,
        },
        ...{ audience: ['realm-management'], scope: 'view_events', ip: '127.0.0.1' },
      },
    ],
    nextCursor: null,
    searchedBackTo: from,
  }));
  const kept = { retention: '1y' as const, effective_from: '2026-02-01', in_force: 'forever' as const };
  bus.on(ReadAuditRetention, () => ({ retention: kept, version: 1 }));
  bus.on(EraseAuditPersonalData, () => ({ erased: 3, finished: true }));
  bus.on(SetAuditRetention, () => ({ retention: kept, version: 1 }));
  bus.on(ReadAuditHistogram, ({ from, to, bucket }) => ({
    ...{ from, to, bucket },
    buckets: [{ at: from, counts: [{ type: 'token.issued', outcome: 'success' as const, count: 3 }] }],
  }));
  bus.on(CreateWebhook, () => ({ webhook: WEBHOOK, secret: 'whsec_c2VjcmV0' }));
  bus.on(ListWebhooks, () => ({ items: [WEBHOOK], nextCursor: null, total: 1 }));
  bus.on(ReadWebhook, () => WEBHOOK);
  bus.on(UpdateWebhook, () => ({ ...WEBHOOK, version: 4 }));
  bus.on(RotateWebhookSecret, () => ({
    webhook: { ...WEBHOOK, version: 4 },
    secret: 'whsec_c2VjcmV0',
    formerSignsUntil: NOW,
  }));
  bus.on(DeleteWebhook, () => ({}));
  bus.on(ListWebhookDeliveries, () => ({ items: [DELIVERY], nextCursor: null, total: 1 }));
  bus.on(RetryWebhookDelivery, () => ({ ...DELIVERY, status: 'pending' as const, nextAttemptAt: NOW }));
  bus.on(ReadAuditExport, () => ({ text: '{"kind":"header"}\n{"kind":"end"}\n', next: null }));
  // A realm that is gone ends a stream that would go on for ever.
  let read = 0;
  bus.on(ReadAuditFeed, () => {
    read += 1;
    if (read % 2 === 0) throw new AppError('not_found');
    return { items: [{ event: EVENT, position: [1] }], position: [1], more: true };
  });
}
