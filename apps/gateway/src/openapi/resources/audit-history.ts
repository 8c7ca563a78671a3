import { HistoricalAuthority, IssuedToken } from '#contracts';
import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';
import { dataOf, orNull, PAGING, queryText, Time } from '../schemas.js';
import { instant } from './audit-filter.js';

const Authority = Type.Object(HistoricalAuthority.properties, { $id: 'HistoricalAuthority' });
const Token = Type.Object(IssuedToken.properties, { $id: 'IssuedToken' });

/** What was, told by the audit log alone. */
export const AUDIT_HISTORY: ResourceDoc = {
  name: 'Audit history',
  description: 'What somebody could do at a time, and who held which rights when: told by the audit log alone.',
  operations: {
    'GET /realms/{realm}/audit/authority': {
      id: 'readHistoricalAuthority',
      summary: 'Tell what a client or user could do at a time, and which events made it so',
      description:
        '`at` and one of `subject_id` and `client_id` must be given. `complete` is false, and `gaps` tell why, when the log ' +
        'no longer holds all that the answer is made of.',
      answer: dataOf(Authority),
      query: {
        subject_id: queryText('A user, or the service account of a client.'),
        client_id: queryText('The `client_id` that a client had at that time.'),
        at: instant('The time.'),
      },
      required: ['at'],
      exampleQuery: { client_id: 'billing', at: '2026-01-31T12:00:00Z' },
      errors: ['conflict'],
    },
    'GET /realms/{realm}/audit/tokens': {
      id: 'listTokensCarrying',
      summary: 'List tokens that carried a permission while they were alive in a window of time, newest first',
      description:
        '`permission`, `from` and `to` must be given. One request looks at a bounded part of the log: a page may be short or ' +
        'empty while `next_cursor` is not null. Revocation is not taken into account: what was issued was carried.',
      answer: Type.Object({
        data: Type.Array(Token),
        page: Type.Object(
          { next_cursor: orNull(Type.String()), searched_back_to: Time },
          { $id: 'SearchPage', description: '`searched_back_to`: every token issued since then has been looked at.' },
        ),
      }),
      query: {
        ...PAGING,
        permission: queryText('The name of the permission.'),
        client_id: queryText('The `client_id` of the API whose permission it is; any API when absent.'),
        from: instant('Tokens that had not expired by then.'),
        to: instant('Tokens that were issued before then.'),
      },
      required: ['permission', 'from', 'to'],
      exampleQuery: { permission: 'invoices:read', from: '2026-01-31T12:00:00Z', to: '2026-02-01T12:00:00Z' },
      errors: ['conflict'],
    },
  },
};
