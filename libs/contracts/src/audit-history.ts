import { Type, type Static } from '@sinclair/typebox';
import { Instant, nullable, PageRequest, Uuid } from './common.js';
import { defineCall } from './contract.js';

/** Names an event of the log as the reason of something. */
export const EventReference = Type.Object({ event_id: Uuid, type: Type.String(), time: Instant });
/** Names an event of the log as the reason of something. */
export type EventReference = Static<typeof EventReference>;

/** Why a subject could get no token at a time, whatever roles they held. */
export const AUTHORITY_OBSTACLES = [
  'realm_disabled',
  'realm_deleted',
  'client_disabled',
  'client_deleted',
  'service_account_disabled',
  'no_service_account',
  'subject_unknown',
  'subject_disabled',
  'subject_deleted',
] as const;
/** Why a subject could get no token at a time. */
export type AuthorityObstacle = (typeof AUTHORITY_OBSTACLES)[number];

const HistoricalRole = Type.Object({
  id: Uuid,
  name: Type.String(),
  permissions: Type.Array(
    Type.Object({ name: Type.String(), since: EventReference }, { description: '`since`: what put it into the role.' }),
  ),
  created: nullable(EventReference),
  assigned: EventReference,
});

/**
 * What a client or user could do at a time, in the form the API shows it, hence snake_case. Made of the log alone: `complete` is
 * false, and `gaps` say why, when events that it needs are not there any more.
 */
export const HistoricalAuthority = Type.Object({
  at: Instant,
  subject: nullable(
    Type.Object({
      id: Type.String(),
      kind: Type.Union([Type.Literal('user'), Type.Literal('service_account')]),
      username: nullable(Type.String()),
      enabled: Type.Boolean(),
    }),
  ),
  client: nullable(
    Type.Object({
      id: Uuid,
      client_id: Type.String(),
      enabled: Type.Boolean(),
      service_account_enabled: Type.Boolean(),
    }),
  ),
  /** Whether nothing stood in the way of a token. */
  able: Type.Boolean(),
  obstacles: Type.Array(
    Type.Object({
      reason: Type.Union(AUTHORITY_OBSTACLES.map((reason) => Type.Literal(reason))),
      event: nullable(EventReference),
    }),
  ),
  scopes: Type.Array(
    Type.Object({
      /** The UUID of the client that acts as an API; null for the realm itself. */
      client_id: nullable(Uuid),
      /** What `aud` of a token said of it. */
      audience: Type.String(),
      permissions: Type.Array(Type.String()),
      roles: Type.Array(HistoricalRole),
    }),
  ),
  complete: Type.Boolean(),
  gaps: Type.Array(Type.String()),
});
/** What a client or user could do at a time. */
export type HistoricalAuthority = Static<typeof HistoricalAuthority>;

/** What a subject, or the service account of a client, could do at a time. `not_found`; `conflict` for too long a history. */
export const ReadHistoricalAuthority = defineCall({
  subject: 'audit.authority.read.v1',
  callers: ['gateway'],
  request: Type.Object({
    realmId: Uuid,
    who: Type.Union([
      Type.Object({ kind: Type.Literal('subject'), id: Type.String({ maxLength: 255 }) }),
      Type.Object({ kind: Type.Literal('client'), clientId: Type.String({ maxLength: 255 }) }),
    ]),
    at: Instant,
  }),
  reply: HistoricalAuthority,
  deadlineMs: 15_000,
});

/** A token that was issued, as its record tells; in the form the API shows, hence snake_case. */
export const IssuedToken = Type.Object({
  jti: Type.String(),
  event_id: Uuid,
  client_id: nullable(Type.String()),
  subject_id: nullable(Type.String()),
  issued_at: Instant,
  expires_at: Instant,
  audience: Type.Array(Type.String()),
  scope: Type.String(),
  ip: nullable(Type.String()),
});
/** A token that was issued. */
export type IssuedToken = Static<typeof IssuedToken>;

/**
 * Tokens that carried a permission (of one API, or of any) and were alive at some instant of `from` ≤ t < `to`, newest first.
 * One call looks at a bounded part of the log, so a page may be short or empty before the last; `searchedBackTo` tells how far it came.
 */
export const ListTokensCarrying = defineCall({
  subject: 'audit.token.list.v1',
  callers: ['gateway'],
  request: Type.Object({
    realmId: Uuid,
    permission: Type.String({ minLength: 1, maxLength: 255 }),
    /** The `client_id` of the API. */
    audience: nullable(Type.String({ maxLength: 255 })),
    from: Instant,
    to: Instant,
    page: PageRequest,
  }),
  reply: Type.Object({
    items: Type.Array(IssuedToken),
    nextCursor: nullable(Type.String()),
    searchedBackTo: Instant,
  }),
  deadlineMs: 15_000,
});
