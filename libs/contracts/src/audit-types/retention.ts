import { Type } from '@sinclair/typebox';
import { Instant } from '../common.js';
import { auditType, Changes, said } from './audit-type.js';

const RETENTION = said(Type.String(), 'the class: `30d`, `90d`, `1y`, `3y`, `7y` or `forever`');

/** How long the log is kept, and what of it was dropped. The target is the realm. */
export const RETENTION_AUDIT_TYPES = {
  'audit.retention_changed': auditType(
    'It was decided how long the events of a realm are kept from a day on. What is recorded already keeps its class.',
    'realm',
    { changes: Changes, effective_from: said(Type.String(), 'the UTC day') },
  ),
  'audit.retention_applied': auditType(
    'Events whose time was over were dropped from the log. The tree keeps their hashes, so the proofs of what remains hold.',
    'realm',
    {
      retention: RETENTION,
      events: said(Type.Integer({ minimum: 1 }), 'how many'),
      first_at: said(Instant, 'the time of the oldest'),
      last_at: said(Instant, 'the time of the newest'),
      leaves: said(
        Type.Array(Type.Tuple([Type.Integer(), Type.Integer()])),
        'unbroken ranges of their places in the tree, first and last; the first hundred',
      ),
      partition: said(Type.String(), 'the part of the table in which they lay'),
    },
    { actors: ['system'] },
  ),
};
