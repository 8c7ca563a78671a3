import { Type, type Static } from '@sinclair/typebox';
import { Acknowledged, Instant, nullable, Uuid } from './common.js';
import { defineCall } from './contract.js';
import { defineSnapshot } from './snapshot.js';

/** A user as administrators see it; service accounts are users with a `clientId`. */
export const User = Type.Object({
  id: Uuid,
  realmId: Uuid,
  /** The client whose service account this is; null for people. */
  clientId: nullable(Uuid),
  username: Type.String(),
  email: nullable(Type.String()),
  emailVerified: Type.Boolean(),
  firstname: nullable(Type.String()),
  lastname: nullable(Type.String()),
  enabled: Type.Boolean(),
  requiredActions: Type.Array(Type.String()),
  version: Type.Integer(),
  createdAt: Instant,
  updatedAt: Instant,
});
/** A user as administrators see it. */
export type User = Static<typeof User>;

/** What issuance needs of a subject. Key: `<realmId>/<userId>`. */
export const UserSnapshot = defineSnapshot({
  name: 'identity.user',
  readers: ['tokens', 'roles'],
  value: Type.Object({
    id: Uuid,
    realmId: Uuid,
    clientId: nullable(Uuid),
    username: Type.String(),
    enabled: Type.Boolean(),
    /** Whether it is a person who could sign in with a password now. Absent: no. */
    canSignIn: Type.Optional(Type.Boolean()),
  }),
});

/** The key of a user's snapshot. */
export function userSnapshotKey(realmId: string, userId: string): string {
  return `${realmId}/${userId}`;
}

/**
 * Checks a user's password. A wrong password and an unknown or disabled user take the same time; the reason is internal.
 * `too_many_requests` when too many were wrong before.
 */
export const VerifyPassword = defineCall({
  subject: 'identity.password.verify.v1',
  callers: ['tokens'],
  request: Type.Object({
    realmId: Uuid,
    username: Type.String({ maxLength: 255 }),
    password: Type.String({ maxLength: 1_024 }),
    /** Where it comes from: what is wrong too often from there is slowed down. */
    ip: Type.Optional(nullable(Type.String({ maxLength: 64 }))),
  }),
  reply: Type.Union([
    Type.Object({ outcome: Type.Literal('verified'), userId: Uuid }),
    Type.Object({
      outcome: Type.Literal('refused'),
      reason: Type.Union([
        Type.Literal('unknown_user'),
        Type.Literal('wrong_password'),
        Type.Literal('user_disabled'),
        Type.Literal('no_password'),
        Type.Literal('action_required'),
      ]),
      userId: nullable(Uuid),
    }),
  ]),
  deadlineMs: 8_000,
});

/**
 * Makes (or enables or disables) the service account of a client. Idempotent by `userId` and by client. The username is
 * `service-account-<client_id>`.
 */
export const EnsureServiceAccount = defineCall({
  subject: 'identity.service-account.ensure.v1',
  callers: ['registry'],
  request: Type.Object({
    realmId: Uuid,
    realmName: Type.String(),
    /** The client's UUID. */
    clientId: Uuid,
    /** The client's `client_id`, for the username. */
    clientIdentifier: Type.String(),
    /** Id for the user when it has to be made. */
    userId: Uuid,
    enabled: Type.Boolean(),
  }),
  reply: Type.Object({ userId: Uuid }),
});

/** Removes the service account of a client. Idempotent. */
export const RemoveServiceAccount = defineCall({
  subject: 'identity.service-account.remove.v1',
  callers: ['registry'],
  request: Type.Object({ realmId: Uuid, clientId: Uuid }),
  reply: Acknowledged,
});

/** Reads the service account of a client; `not_found`. */
export const ReadServiceAccount = defineCall({
  subject: 'identity.service-account.read.v1',
  callers: ['gateway'],
  request: Type.Object({ realmId: Uuid, clientId: Uuid }),
  reply: User,
});

/** Reads a user by id; `not_found`. */
export const ReadUser = defineCall({
  subject: 'identity.user.read.v1',
  callers: ['gateway'],
  request: Type.Object({ realmId: Uuid, id: Uuid }),
  reply: User,
});

/**
 * Makes the first administrator with the username and password of identity's own settings (a password never crosses the
 * bus for this). Idempotent: an existing user is left as it is.
 */
export const EnsureAdministrator = defineCall({
  subject: 'identity.administrator.ensure.v1',
  callers: ['registry'],
  request: Type.Object({ realmId: Uuid, realmName: Type.String() }),
  reply: Type.Object({ userId: Uuid, created: Type.Boolean() }),
  deadlineMs: 10_000,
});

/** Removes everything of a realm. Idempotent. */
export const RemoveRealmUsers = defineCall({
  subject: 'identity.realm.remove.v1',
  callers: ['registry'],
  request: Type.Object({ realmId: Uuid }),
  reply: Acknowledged,
});
