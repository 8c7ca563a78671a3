import { AuditRetention } from '#contracts';
import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';
import { dataOf } from '../schemas.js';

const Retention = Type.Object(AuditRetention.properties, { $id: 'AuditRetention' });

/** How long the events of a realm are kept. */
export const AUDIT_RETENTION: ResourceDoc = {
  name: 'Audit retention',
  description: 'How long the events of a realm are kept.',
  operations: {
    'GET /realms/{realm}/audit/retention': {
      id: 'readAuditRetention',
      summary: 'Tell how long events are kept',
      description:
        '`retention` was decided last and holds for events from `effective_from` on (UTC); `in_force` holds for those of today.',
      answer: dataOf(Retention),
      query: {},
      tagged: true,
    },
    'PUT /realms/{realm}/audit/retention': {
      id: 'setAuditRetention',
      summary: 'Decide how long events are kept, from the next UTC day on',
      description: 'What is recorded already is kept as long as was decided when it was recorded.',
      answer: dataOf(Retention),
      query: {},
      tagged: true,
      conditional: true,
      example: { retention: '1y' },
    },
  },
};
