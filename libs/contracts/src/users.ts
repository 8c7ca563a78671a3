import { Type, type Static } from '@sinclair/typebox';
import { Acknowledged, Actor, nullable, PageRequest, pageOf, Uuid } from './common.js';
import { defineCall } from './contract.js';
import { IdempotencyKey } from './idempotency.js';
import { User } from './identity.js';

/** What a person may have to do before they are let in. */
export const REQUIRED_ACTIONS = ['UPDATE_PASSWORD'] as const;
/** What a person may have to do before they are let in. */
export type RequiredAction = (typeof REQUIRED_ACTIONS)[number];
const RequiredActionSchema = Type.Union(REQUIRED_ACTIONS.map((name) => Type.Literal(name)));

/** Columns a list of users can be sorted by; a leading minus turns the order round. */
export const USER_SORTS = ['username', '-username', 'created_at', '-created_at'] as const;

const InRealm = { actor: Actor, realmId: Uuid, realmName: Type.String() };
const Name = nullable(Type.String({ maxLength: 255 }));
const Email = nullable(Type.String({ maxLength: 254 }));

/**
 * Lists the users of a realm, service accounts too. `search` matches the username, the address and the names, any part, without
 * case; the filters `username` and `email` match the whole, without case.
 */
export const ListUsers = defineCall({
  subject: 'identity.user.list.v1',
  callers: ['gateway'],
  request: Type.Object({
    realmId: Uuid,
    page: PageRequest,
    search: nullable(Type.String({ maxLength: 255 })),
    sort: Type.Union(USER_SORTS.map((name) => Type.Literal(name))),
    filter: Type.Partial(
      Type.Object({
        username: Type.String({ maxLength: 255 }),
        email: Type.String({ maxLength: 254 }),
        enabled: Type.Boolean(),
        /** Only service accounts, or only people. */
        serviceAccount: Type.Boolean(),
      }),
    ),
  }),
  reply: pageOf(User),
});

/** Creates a person, without a password. `validation_failed` with pointers; `conflict` for a username that is taken. */
export const CreateUser = defineCall({
  subject: 'identity.user.create.v1',
  callers: ['gateway'],
  request: Type.Object({
    ...InRealm,
    idempotencyKey: IdempotencyKey,
    username: Type.String({ maxLength: 255 }),
    email: Email,
    emailVerified: Type.Boolean(),
    firstname: Name,
    lastname: Name,
    enabled: Type.Boolean(),
  }),
  /** `replayed`: as for realms. */
  reply: Type.Object({ ...User.properties, replayed: Type.Optional(Type.Boolean()) }),
  deadlineMs: 8_000,
});

/** What of a person can be changed. */
export const UserChanges = Type.Partial(
  Type.Object({
    username: Type.String({ maxLength: 255 }),
    email: Email,
    emailVerified: Type.Boolean(),
    firstname: Name,
    lastname: Name,
    enabled: Type.Boolean(),
    requiredActions: Type.Array(RequiredActionSchema, { maxItems: REQUIRED_ACTIONS.length }),
  }),
);
/** What of a person can be changed. */
export type UserChanges = Static<typeof UserChanges>;

/**
 * Changes a person; absent members stay. When the reply arrives no instance issues a token on the old state (G2). `conflict` for a
 * service account (it follows its client) and for the last administrator of `master`; `forbidden` for somebody who holds more than the
 * actor, unless they are only disabled.
 */
export const UpdateUser = defineCall({
  subject: 'identity.user.update.v1',
  callers: ['gateway'],
  request: Type.Object({ ...InRealm, id: Uuid, ifVersion: nullable(Type.Integer()), changes: UserChanges }),
  reply: User,
  deadlineMs: 10_000,
});

/** Deletes a person with their password; their roles go with them. `conflict` as for changes. */
export const DeleteUser = defineCall({
  subject: 'identity.user.delete.v1',
  callers: ['gateway'],
  request: Type.Object({ ...InRealm, id: Uuid, ifVersion: nullable(Type.Integer()) }),
  reply: Acknowledged,
  deadlineMs: 10_000,
});

/**
 * Sets a person's password; a temporary one has to be changed before they are let in. `validation_failed` says why a password is
 * refused; `forbidden` for somebody who holds more than the actor, `conflict` as for changes.
 */
export const ResetPassword = defineCall({
  subject: 'identity.password.reset.v1',
  callers: ['gateway'],
  request: Type.Object({
    ...InRealm,
    id: Uuid,
    password: Type.String({ maxLength: 1_024 }),
    temporary: Type.Boolean(),
  }),
  reply: Acknowledged,
  deadlineMs: 10_000,
});
