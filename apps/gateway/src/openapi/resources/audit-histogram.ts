import { AuditHistogram, HISTOGRAM_BUCKETS } from '#contracts';
import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';
import { dataOf, oneOf } from '../schemas.js';
import { EVENT_FILTER, instant } from './audit-filter.js';

const Histogram = Type.Object(AuditHistogram.properties, { $id: 'AuditHistogram' });

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
        ...EVENT_FILTER,
      },
      required: ['from', 'to'],
      exampleQuery: { from: '2026-01-31T00:00:00Z', to: '2026-02-01T00:00:00Z', bucket: '1h' },
    },
  },
};
