import { Type, type Static } from '@sinclair/typebox';
import { PasswordPolicy } from './password-policy.js';

/** A UUID in its canonical lower-case form. */
export const Uuid = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' });

/** An RFC 3339 instant in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export const Instant = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' });

/** Either the schema's value or `null`. */
export const nullable = <S extends import('@sinclair/typebox').TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** A realm's name as it stands in paths: 1 to 63 of `A-Z a-z 0-9 . _ -`, beginning with a letter or digit. */
export const RealmName = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$' });

/** JWS algorithms a realm may sign with (RFC 7518, RFC 8037). */
export const SIGNING_ALGORITHMS = ['ES256', 'RS256', 'EdDSA'] as const;
/** A JWS algorithm a realm may sign with. */
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];
export const SigningAlgorithmSchema = Type.Union(SIGNING_ALGORITHMS.map((name) => Type.Literal(name)));

/** Facts about the HTTP peer, for audit. */
export const Peer = Type.Object({
  ip: nullable(Type.String({ maxLength: 64 })),
  userAgent: nullable(Type.String({ maxLength: 512 })),
});
/** Facts about the HTTP peer, for audit. */
export type Peer = Static<typeof Peer>;

/** Who asks for an administrative change; made by the gateway from the evaluated bearer, never from the body. */
export const Actor = Type.Object({
  kind: Type.Union([Type.Literal('user'), Type.Literal('service_account'), Type.Literal('system')]),
  /** The user's id (service accounts have one too); null for `system`. */
  id: nullable(Type.String()),
  /** The `client_id` the actor's token was issued to. */
  clientId: nullable(Type.String()),
  /** Name of the realm the actor belongs to: the target realm or `master`. */
  realm: nullable(Type.String()),
  /** Names of the built-in permissions the actor holds now. */
  permissions: Type.Array(Type.String()),
  peer: Peer,
});
/** Who asks for an administrative change. */
export type Actor = Static<typeof Actor>;

/** Cursor paging of lists; `limit` 1 to 200. */
export const PageRequest = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 200 }),
  cursor: nullable(Type.String({ maxLength: 1_024 })),
});
/** Cursor paging of lists. */
export type PageRequest = Static<typeof PageRequest>;

/**
 * A page of a list: its items, an opaque cursor to the next page (null at the end) and the total over all pages. `atLeast`: there
 * are more than that; counting very many would take longer than reading a page.
 */
export const pageOf = <S extends import('@sinclair/typebox').TSchema>(item: S) =>
  Type.Object({
    items: Type.Array(item),
    nextCursor: nullable(Type.String()),
    total: Type.Integer({ minimum: 0 }),
    atLeast: Type.Optional(Type.Boolean()),
  });

/** The reply of calls that only acknowledge. */
export const Acknowledged = Type.Object({});

/** Lifetime override in seconds; null means the realm's. */
export const LifetimeSeconds = Type.Integer({ minimum: 30, maximum: 31_536_000 });

/** The four token lifetimes of a realm, in seconds, and what its passwords have to be like. */
export const RealmSettings = Type.Object({
  accessTokenLifetimeSeconds: LifetimeSeconds,
  refreshTokenLifetimeSeconds: LifetimeSeconds,
  idTokenLifetimeSeconds: LifetimeSeconds,
  temporaryTokenLifetimeSeconds: LifetimeSeconds,
  defaultSigningAlgorithm: SigningAlgorithmSchema,
  /** Absent: `DEFAULT_PASSWORD_POLICY`. */
  passwordPolicy: Type.Optional(PasswordPolicy),
});
/** A realm's settings. */
export type RealmSettings = Static<typeof RealmSettings>;

/** A realm as the registry knows it. `version` is its ETag. */
export const Realm = Type.Object({
  id: Uuid,
  name: RealmName,
  displayName: nullable(Type.String()),
  enabled: Type.Boolean(),
  settings: RealmSettings,
  version: Type.Integer(),
  createdAt: Instant,
  updatedAt: Instant,
});
/** A realm as the registry knows it. */
export type Realm = Static<typeof Realm>;
