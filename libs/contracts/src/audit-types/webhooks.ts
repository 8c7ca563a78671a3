import { Type } from '@sinclair/typebox';
import { Instant, Uuid } from '../common.js';
import { auditType, Changes, said, shown } from './audit-type.js';

/** Receivers of the log. The target is the webhook. */
export const WEBHOOK_AUDIT_TYPES = {
  'webhook.created': auditType('A realm was given a webhook.', 'webhook', {
    webhook: shown('the webhook, its secret masked', { url: Type.String(), enabled: Type.Boolean() }),
  }),
  'webhook.updated': auditType('A webhook was changed.', 'webhook', { changes: Changes }),
  'webhook.secret_rotated': auditType('A webhook was given a new secret.', 'webhook', {
    former_signs_until: said(Instant, 'until when messages are signed with the former secret, too'),
  }),
  'webhook.deleted': auditType('A webhook was deleted, with the deliveries that had not arrived.', 'webhook', {
    webhook: shown('the webhook, its secret masked', { url: Type.String(), enabled: Type.Boolean() }),
  }),
  'webhook.delivery_retried': auditType('A delivery of a webhook was put to be tried again.', 'webhook', {
    delivery_id: said(Uuid, 'the delivery'),
    event_id: said(Uuid, 'the event that it is about'),
  }),
};
