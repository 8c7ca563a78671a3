import { AUDIT_EVENT_TYPES, AuditHistogram, HISTOGRAM_BUCKETS } from '#contracts';
import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';
import { dataOf, oneOf, queryText } from '../schemas.js';

const Histogram = Type.Object(AuditHistogram.properties, { $id: 'AuditHistogram' });
const instant = (description: string) => Type.String({ format: 'date-time', description });

/** How many events a realm has, by time. */
export const AUDIT_HISTOGRAM: ResourceDoc = {
  name: 'Audit histogram',
  description: 'How many events of which type and outcome there were, by time.',
  operations: {
    'GET /realms/{realm}/audit/histogram': {
      id: 'readAuditHistogram',
      summary: 'Count events by time, type and outcome',
      description:
        '`from` and `to` must be given; whole buckets are counted, so the first may begin before `from` and the last end after ' +
        '`to`, as the answer says. At most 500 buckets. Filters other than `type` and `outcome`, and buckets below an hour, read ' +
        'the events themselves: at most 200,000.',
      answer: dataOf(Histogram),
      query: {
        bucket: oneOf(HISTOGRAM_BUCKETS),
        from: instant('Where it begins.'),
        to: instant('Where it ends.'),
        type: oneOf(AUDIT_EVENT_TYPES),
        outcome: oneOf(['success', 'failure']),
        actor_id: queryText('Who acted.'),
        client_id: queryText('The `client_id` concerned.'),
        subject_id: queryText('The user concerned.'),
        jti: queryText('The token concerned.'),
        ip: queryText('The address it came from.', 64),
      },
      required: ['from', 'to'],
      exampleQuery: { from: '2026-01-31T00:00:00Z', to: '2026-02-01T00:00:00Z', bucket: '1h' },
    },
  },
};
