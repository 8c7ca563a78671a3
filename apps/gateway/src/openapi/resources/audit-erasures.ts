import { Uuid } from '#contracts';
import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';
import { dataOf } from '../schemas.js';

const Erasure = Type.Object(
  { subject_id: Uuid, erased: Type.Integer({ minimum: 0 }), finished: Type.Boolean() },
  { $id: 'AuditErasure' },
);

/** Erasure of personal data in the events of a realm. */
export const AUDIT_ERASURES: ResourceDoc = {
  name: 'Audit erasures',
  description: 'Erasure of personal data in the events of a realm, on lawful demand.',
  operations: {
    'POST /realms/{realm}/audit/erasures': {
      id: 'erasePersonalData',
      summary: 'Erase the personal data in the events about somebody',
      description:
        'Takes address, user agent and personal details from every event in which `subject_id` acts, is the subject or is the ' +
        'target user. The events stay and everything that proves them holds. It cannot be undone. `audit.personal_data_erased` ' +
        'tells of it, with `reason`, which is kept for ever: it must hold no personal data. Again, it erases what has come since. ' +
        'Of very many events some are left when this is answered: `finished` is false then, and they follow without being asked for.',
      answer: dataOf(Erasure),
      query: {},
      example: { subject_id: '0197c1f0-0000-7000-8000-000000000005', reason: 'Demand 2026-17 under Art. 17 GDPR' },
    },
  },
};
