import type { OperationDoc } from './operation.js';
import { Instant, Uuid } from '#contracts';
import { Type, type TSchema } from '@sinclair/typebox';
import { sortsOf, type SmallList } from '../http/small-list.js';

/** An id. */
export const Id = Type.String({ ...Uuid, format: 'uuid' });
/** An instant. */
export const Time = Type.String({ ...Instant, format: 'date-time', description: 'RFC 3339, UTC, milliseconds' });

/** One of a fixed set of words. */
export function oneOf(values: readonly string[]): TSchema {
  return Type.Unsafe<string>({ type: 'string', enum: values });
}

/** A schema or `null`. */
export function orNull(schema: TSchema): TSchema {
  return Type.Union([schema, Type.Null()]);
}

/** The envelope of one object. */
export function dataOf(schema: TSchema): TSchema {
  return Type.Object({ data: schema });
}

const Page = Type.Object(
  {
    next_cursor: orNull(Type.String({ description: 'Opaque; `cursor` of the next request. null on the last page.' })),
    total: Type.Integer({ minimum: 0, description: 'Over all pages.' }),
    total_relation: Type.Optional(
      Type.Literal('gte', {
        description: 'Only where very many match: there are more than `total`, which is where counting ended.',
      }),
    ),
  },
  { $id: 'Page' },
);

/** The envelope of lists. */
export function pageOf(item: TSchema): TSchema {
  return Type.Object({ data: Type.Array(item), page: Page });
}

/** `limit` and `cursor` of paged lists. */
export const PAGING = {
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  cursor: Type.String({ maxLength: 1_024, description: '`page.next_cursor` of the page before.' }),
} as const;

/** What can be asked of a list that is answered whole without `limit`. */
export function smallListQuery(list: Pick<SmallList<never>, 'orders' | 'texts' | 'flags'>): Record<string, TSchema> {
  const texts = Object.keys(list.texts).map((name) => [name, queryText('Only this, byte by byte.')]);
  const flags = Object.keys(list.flags).map((name) => [name, queryFlag('Only those that are, or are not.')]);
  return {
    limit: Type.Integer({ minimum: 1, maximum: 200, description: 'Without it the list is answered whole.' }),
    cursor: PAGING.cursor,
    search: queryText('Any part of the texts, without case.'),
    sort: oneOf(sortsOf(list)),
    ...(Object.fromEntries([...texts, ...flags]) as Record<string, TSchema>),
  };
}

/** A text of a query; empty counts as absent. */
export function queryText(description: string, maxLength = 255): TSchema {
  return Type.String({ maxLength, description });
}

/** `true` or `false` in a query. */
export function queryFlag(description: string): TSchema {
  return Type.Boolean({ description });
}

/** Problem details (RFC 9457). */
export const Problem = Type.Object(
  {
    type: Type.String({ pattern: '^urn:chancery:error:[a-z_]+$', description: 'Names the code; see docs/errors.md.' }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.Optional(Type.String()),
    request_id: Type.String({ description: 'As in `X-Request-Id`; logs and audit events have it too.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object(
          {
            pointer: Type.String({ description: 'RFC 6901, into the body; empty for a member of the query.' }),
            field: Type.String(),
            message: Type.String(),
          },
          { $id: 'FieldError' },
        ),
      ),
    ),
  },
  { $id: 'Problem' },
);

/** An error of a protocol endpoint (RFC 6749 §5.2). */
export const OAuthError = Type.Object(
  {
    error: Type.String({ pattern: '^[\\x20-\\x21\\x23-\\x5B\\x5D-\\x7E]+$' }),
    error_description: Type.Optional(Type.String({ pattern: '^[\\x20-\\x21\\x23-\\x5B\\x5D-\\x7E]*$' })),
  },
  { $id: 'OAuthError' },
);

/** What a creation that honours `Idempotency-Key` adds to its description. */
export const IDEMPOTENT = {
  headers: {
    'Idempotency-Key': Type.String({
      minLength: 1,
      maxLength: 257,
      description:
        'Names this creation for 24 hours: asked again with the same body it is answered again, not done again.',
    }),
  },
  answerHeaders: {
    'Idempotency-Replayed': Type.Literal('true', { description: 'The answer of an earlier request with this key.' }),
  },
  errors: ['idempotency_key_reused'],
} as const satisfies Partial<OperationDoc>;
