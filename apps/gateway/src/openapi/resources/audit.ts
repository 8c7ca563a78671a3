import { AUDIT_EVENT_TYPES, LoggedAuditEvent } from '#contracts';
import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';
import { dataOf, oneOf, pageOf, PAGING, queryText } from '../schemas.js';

/** Events are shown in the form in which they are kept. */
export const AuditEvent = Type.Object(LoggedAuditEvent.properties, { $id: 'AuditEvent' });
const instant = (description: string) => Type.String({ format: 'date-time', description });

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
        type: oneOf(AUDIT_EVENT_TYPES),
        outcome: oneOf(['success', 'failure']),
        actor_id: queryText('Who acted.'),
        client_id: queryText('The `client_id` concerned.'),
        subject_id: queryText('The user concerned.'),
        jti: queryText('The token concerned.'),
        ip: queryText('The address it came from.', 64),
        from: instant('Not before this.'),
        to: instant('Not after this.'),
      },
    },
    'GET /realms/{realm}/audit/events/{id}': {
      id: 'readAuditEvent',
      summary: 'Read an event',
      answer: dataOf(AuditEvent),
    },
  },
};
