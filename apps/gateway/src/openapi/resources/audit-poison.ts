import { PoisonedPayload as PoisonedPayloadContract } from '#contracts';
import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';
import { pageOf, PAGING } from '../schemas.js';

const PoisonedPayload = Type.Object(PoisonedPayloadContract.properties, { $id: 'PoisonedPayload' });

/** What arrived for the log and is no event. */
export const AUDIT_POISON: ResourceDoc = {
  name: 'Audit: set aside',
  description:
    'What arrived for the log and is no event: it is kept, counted (`chancery_audit_poison_total`), and shown to whoever operates the product.',
  operations: {
    'GET /realms/master/audit/poison': {
      id: 'listPoison',
      summary: 'List payloads that were set aside, newest first',
      description: 'Of all realms. At most 4,000 characters of each payload are shown.',
      answer: pageOf(PoisonedPayload),
      query: PAGING,
    },
  },
};
