import { LoggedAuditEvent } from '#contracts';
import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';
import { dataOf, pageOf, PAGING } from '../schemas.js';
import { EVENT_FILTER, instant } from './audit-filter.js';

/** Events are shown in the form in which they are kept. */
export const AuditEvent = Type.Object(LoggedAuditEvent.properties, { $id: 'AuditEvent' });

/** The audit log of a realm. */
export const AUDIT: ResourceDoc = {
  name: 'Audit',
  description: 'Who did what, when, and who was refused. Events appear a moment after the answer they are about.',
  operations: {
    'GET /realms/{realm}/audit/events': {
      id: 'listAuditEvents',
      summary: 'List events, newest first',
      answer: pageOf(AuditEvent),
      query: {
        ...PAGING,
        ...EVENT_FILTER,
        from: instant('Not before this.'),
        to: instant('Before this.'),
      },
    },
    'GET /realms/{realm}/audit/events/{id}': {
      id: 'readAuditEvent',
      summary: 'Read an event',
      answer: dataOf(AuditEvent),
    },
  },
};
