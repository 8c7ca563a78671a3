import { Type, type Static } from '@sinclair/typebox';
import {
  Acknowledged,
  Actor,
  Instant,
  nullable,
  Peer,
  SigningAlgorithmSchema,
  Uuid,
  type SigningAlgorithm,
} from './common.js';
import { defineCall } from './contract.js';
import { defineSnapshot } from './snapshot.js';
import { TOKEN_REQUEST_FAULTS, type TokenRequestFault } from './token-request-faults.js';

const FAULTS = Object.keys(TOKEN_REQUEST_FAULTS) as TokenRequestFault[];

/** Grants the token endpoint answers; discovery advertises exactly these. */
export const GRANT_TYPES = ['client_credentials', 'password'] as const;
/** A grant the token endpoint answers. */
export type GrantType = (typeof GRANT_TYPES)[number];

/**
 * One request of the token endpoint (RFC 6749 §3.2). `parameters` are the form's, each at most once; `resource` may repeat
 * (RFC 8707 §2). Refusals are thrown as `AppError`s of the `oauth` family, after their audit event is durable.
 */
export const IssueToken = defineCall({
  subject: 'tokens.token.issue.v1',
  callers: ['gateway'],
  request: Type.Object({
    realm: Type.String({ maxLength: 255 }),
    parameters: Type.Record(Type.String(), Type.String()),
    resources: Type.Array(Type.String()),
    /** The raw `Authorization` header, or null. */
    authorization: nullable(Type.String({ maxLength: 8_192 })),
    peer: Peer,
    /** Set when the request cannot be read: it is refused with these words, and the refusal recorded like any other. */
    fault: Type.Optional(
      Type.Object({
        reason: Type.Unsafe<TokenRequestFault>(Type.Union(FAULTS.map((fault) => Type.Literal(fault)))),
        detail: Type.String({ maxLength: 500 }),
      }),
    ),
  }),
  /** The answer of RFC 6749 §5.1, already encoded as JSON. */
  reply: Type.Object({ body: Type.String() }),
  deadlineMs: 8_000,
  // A password to hash takes a hundred times as long as a signature: it must not hold up its neighbours.
  grouped: (request) => request.parameters['grant_type'] !== 'password',
});

/** Who a bearer is, now: authority is read afresh, not believed from the token. */
export const Principal = Type.Object({
  /** Name and id of the realm the token was issued by. */
  realm: Type.String(),
  realmId: Uuid,
  subjectId: Uuid,
  kind: Type.Union([Type.Literal('user'), Type.Literal('service_account')]),
  username: Type.String(),
  clientId: Type.String(),
  jti: Type.String(),
  /** Built-in administration permissions that the subject holds now and that the token's `scope` did not narrow away. */
  permissions: Type.Array(Type.String()),
});
/** Who a bearer is, now. */
export type Principal = Static<typeof Principal>;

/**
 * Evaluates the bearer of an administration call: signature, issuer, type (`at+jwt`), audience `realm-management`, expiry,
 * client and subject still enabled, permissions as of now. The token must be of the target realm or of `master`. Throws
 * `invalid_token`. `targetRealm` in the reply is null when no such realm exists (only a `master` token gets to know that).
 */
export const EvaluateBearer = defineCall({
  subject: 'tokens.bearer.evaluate.v1',
  callers: ['gateway'],
  request: Type.Object({
    token: Type.String({ maxLength: 16_384 }),
    /** The realm in the path; null for routes without one (`GET /realms`). */
    targetRealm: nullable(Type.String({ maxLength: 255 })),
  }),
  reply: Type.Object({
    principal: Principal,
    targetRealm: nullable(Type.Object({ id: Uuid, name: Type.String() })),
  }),
  deadlineMs: 3_000,
  grouped: true,
});

/** The realm's public keys as an encoded JWK Set (RFC 7517 §5) with a strong entity tag; `not_found` for no such realm. */
export const ReadKeySet = defineCall({
  subject: 'tokens.keyset.read.v1',
  callers: ['gateway'],
  request: Type.Object({ realm: Type.String({ maxLength: 255 }) }),
  reply: Type.Object({ body: Type.String(), etag: Type.String() }),
});

/** The realm's metadata, encoded: RFC 8414 and OIDC Discovery 1.0 share it. `not_found` for no such realm. */
export const ReadMetadata = defineCall({
  subject: 'tokens.metadata.read.v1',
  callers: ['gateway'],
  request: Type.Object({ realm: Type.String({ maxLength: 255 }) }),
  reply: Type.Object({ body: Type.String() }),
});

/** Which key signs a realm's tokens of one algorithm; null while there is none. Key: see `activeKeySnapshotKey`. */
export const ActiveKeySnapshot = defineSnapshot({
  name: 'tokens.active-key',
  readers: ['tokens'],
  value: Type.Object({
    realmId: Uuid,
    algorithm: SigningAlgorithmSchema,
    /** RFC 7638 thumbprint of the public key. */
    kid: Type.String(),
  }),
});

/** The key of an active key's snapshot. */
export function activeKeySnapshotKey(realmId: string, algorithm: SigningAlgorithm): string {
  return `${realmId}/${algorithm}`;
}

/** A signing key without its private half. `publishedUntil`: when the retired key leaves the key set. */
export const SigningKeyInfo = Type.Object({
  kid: Type.String(),
  algorithm: SigningAlgorithmSchema,
  state: Type.Union([Type.Literal('active'), Type.Literal('retired')]),
  createdAt: Instant,
  retiredAt: nullable(Instant),
  publishedUntil: nullable(Instant),
});
/** A signing key without its private half. */
export type SigningKeyInfo = Static<typeof SigningKeyInfo>;

/** Lists a realm's signing keys. */
export const ListSigningKeys = defineCall({
  subject: 'tokens.key.list.v1',
  callers: ['gateway'],
  request: Type.Object({ realmId: Uuid }),
  reply: Type.Object({ items: Type.Array(SigningKeyInfo) }),
});

/**
 * Replaces the active key of the realm's default algorithm; the old one signs nothing that is asked for after the reply, and
 * stays published until its tokens have expired.
 */
export const RotateSigningKey = defineCall({
  subject: 'tokens.key.rotate.v1',
  callers: ['gateway'],
  request: Type.Object({ actor: Actor, realmId: Uuid, realmName: Type.String() }),
  reply: SigningKeyInfo,
  deadlineMs: 8_000,
});

/** Makes the realm's first signing key. Idempotent. */
export const ProvisionRealmKeys = defineCall({
  subject: 'tokens.realm.provision.v1',
  callers: ['registry'],
  request: Type.Object({ realmId: Uuid, realmName: Type.String(), algorithm: SigningAlgorithmSchema }),
  reply: Acknowledged,
  deadlineMs: 8_000,
});

/** Removes everything of a realm. Idempotent. */
export const RemoveRealmKeys = defineCall({
  subject: 'tokens.realm.remove.v1',
  callers: ['registry'],
  request: Type.Object({ realmId: Uuid }),
  reply: Acknowledged,
});
