import { Type } from '@sinclair/typebox';
import { nullable } from '../common.js';
import { auditType, said } from './audit-type.js';

/** What is done with the log itself. */
export const LOG_AUDIT_TYPES = {
  'audit.exported': auditType(
    'The log was exported, or a part of it. Recorded before the first line leaves.',
    'realm',
    {
      form: said(
        Type.Union([Type.Literal('verifiable'), Type.Literal('events')]),
        'with proofs, or events by a filter',
      ),
      after: said(nullable(Type.String()), 'where it went on; null: from the beginning'),
      filter: said(Type.Record(Type.String(), Type.String()), 'what it was narrowed to'),
    },
  ),
};
