import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';
import { queryText } from '../schemas.js';
import { AuditEvent } from './audit.js';
import { EVENT_FILTER, instant } from './audit-filter.js';

const ExportLine = Type.Object(
  { kind: Type.String({ description: 'header, leaves, record, dropped, checkpoint, event, cursor, error or end' }) },
  { $id: 'AuditExportLine', additionalProperties: true, description: 'Each line of the answer is one of these.' },
);

/** The audit log as a stream. */
export const AUDIT_STREAMS: ResourceDoc = {
  name: 'Audit streams',
  description: 'The audit log out of the door: an export of all of it or a part, and what enters it as it does.',
  operations: {
    'GET /realms/{realm}/audit/export': {
      id: 'exportAuditLog',
      summary: 'Export the log as lines of JSON',
      description:
        'Without a filter: every record with what proves it, to be checked with `chancery audit verify`; goes on at record ' +
        '`after`. With a filter: the events alone, newest first, without any claim to be all; goes on at the last `cursor` line. ' +
        'An answer that breaks off ends in a line of kind `error`, or in none of kind `end`. The schema is that of each line.',
      answer: ExportLine,
      answerType: 'application/x-ndjson',
      query: {
        ...EVENT_FILTER,
        from: instant('Not before this.'),
        to: instant('Before this.'),
        scope: queryText('`unknown_realm`, or the id of a realm: only for `master`, and without a filter.', 36),
        after: queryText('Where an earlier export ended.', 1_024),
      },
      errors: ['too_many_requests'],
    },
    'GET /realms/{realm}/audit/tail': {
      id: 'tailAuditLog',
      summary: 'Follow the log: server-sent events',
      description:
        'Each message is one event that has entered the log, in that order; `Last-Event-ID` goes on after the one it names. A ' +
        'message of type `end` tells why the stream is over: the token has expired, or a right was taken away. The schema is ' +
        'that of `data`.',
      answer: AuditEvent,
      answerType: 'text/event-stream',
      query: EVENT_FILTER,
      headers: { 'Last-Event-ID': Type.String({ description: 'The `id` of the last message that arrived.' }) },
      errors: ['too_many_requests'],
    },
  },
};
