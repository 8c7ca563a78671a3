import { Type, type Static } from '@sinclair/typebox';
import { nullable, Uuid } from './common.js';
import { defineCall } from './contract.js';

/** A role that stands behind a claim. */
const Because = Type.Array(Type.Object({ id: Uuid, name: Type.String() }));

/** A permission of a subject, what the token makes of it, and why. */
export const PreviewedPermission = Type.Object({
  name: Type.String(),
  /** The `client_id` of the API. */
  audience: Type.String(),
  /** The roles that give it. */
  roles: Because,
  /** `granted`: the token carries it. Else what keeps it out: the `scope` or the `resource` that was asked for. */
  outcome: Type.Union([
    Type.Literal('granted'),
    Type.Literal('narrowed_by_scope'),
    Type.Literal('narrowed_by_resource'),
  ]),
});
/** A permission of a subject, what the token makes of it, and why. */
export type PreviewedPermission = Static<typeof PreviewedPermission>;

/**
 * What a token would carry if it were asked for now; made by the code that issues tokens, but nothing is signed, issued or recorded.
 * With `userId` the token is that user's through this client, else the client's own service account's. `not_found` for no such
 * client. A refusal of the token is an answer, not an error.
 */
export const PreviewToken = defineCall({
  subject: 'tokens.token.preview.v1',
  callers: ['gateway'],
  request: Type.Object({
    realmId: Uuid,
    realmName: Type.String(),
    /** The client's UUID and its `client_id`. */
    clientId: Uuid,
    clientIdentifier: Type.String(),
    /** As the token endpoint takes it; null: everything held. */
    scope: nullable(Type.String({ maxLength: 8_192 })),
    resources: Type.Array(Type.String({ maxLength: 2_048 }), { maxItems: 50 }),
    userId: nullable(Uuid),
  }),
  reply: Type.Union([
    Type.Object({
      outcome: Type.Literal('granted'),
      /** Every claim but `jti`; `iat` and `exp` as of now. */
      claims: Type.Record(Type.String(), Type.Unknown()),
      lifetimeSeconds: Type.Integer(),
      /** Length of the token. */
      tokenBytes: Type.Integer(),
      /** What is to be said of it, one sentence each: that it is long. */
      warnings: Type.Array(Type.String()),
      /** Claims that do not come from roles, each with a sentence. */
      reasons: Type.Record(Type.String(), Type.String()),
      permissions: Type.Array(PreviewedPermission),
    }),
    Type.Object({
      outcome: Type.Literal('refused'),
      /** The error code of RFC 6749 §5.2. */
      error: Type.String(),
      description: Type.String(),
      /** What the audit record of the refusal would say. */
      reason: Type.String(),
    }),
  ]),
});
