import { Type } from '@sinclair/typebox';
import { Uuid } from '../common.js';
import { auditType, said } from './audit-type.js';

/** What of the log was erased on demand. The target is the realm, the subject who the data were about. */
export const ERASURE_AUDIT_TYPES = {
  'audit.personal_data_erased': auditType(
    'The personal part of the events about somebody was erased on demand. It tells of at most 5000; more have several.',
    'realm',
    {
      reason: said(Type.String({ minLength: 1, maxLength: 500 }), 'why, in the words of whoever asked'),
      events: said(Type.Integer({ minimum: 1 }), 'how many'),
      first_event: said(Uuid, 'the oldest'),
      last_event: said(Uuid, 'the newest'),
    },
    { subjectId: 'always', actors: ['user', 'service_account'] },
  ),
};
