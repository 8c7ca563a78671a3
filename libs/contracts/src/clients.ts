import { type Static, Type } from '@sinclair/typebox';
import { Acknowledged, Actor, Instant, LifetimeSeconds, nullable, pageOf, PageRequest, Uuid } from './common.js';
import { defineCall } from './contract.js';
import { IdempotencyKey } from './idempotency.js';
import { defineSnapshot } from './snapshot.js';

/** Kinds of clients: RFC 6749 §2.1, plus `system` for those that come with a realm. */
export const CLIENT_TYPES = ['confidential', 'public', 'system'] as const;
/** A kind of client. */
export type ClientType = (typeof CLIENT_TYPES)[number];
const ClientTypeSchema = Type.Union(CLIENT_TYPES.map((name) => Type.Literal(name)));

/** What issuance needs of a client. Key: see `clientSnapshotKey`. */
export const ClientSnapshot = defineSnapshot({
  name: 'registry.client',
  readers: ['tokens'],
  value: Type.Object({
    id: Uuid,
    realmId: Uuid,
    clientId: Type.String(),
    clientType: ClientTypeSchema,
    /** True for clients that cannot keep a secret: they authenticate with `none` (RFC 6749 §2.1). */
    publicClient: Type.Boolean(),
    enabled: Type.Boolean(),
    serviceAccountEnabled: Type.Boolean(),
    directAccessGrantsEnabled: Type.Boolean(),
    /** The linked user when there is (or was) a service account. */
    serviceAccountUserId: nullable(Uuid),
    secrets: Type.Array(
      Type.Object({
        id: Uuid,
        /** SHA-256 of the secret's UTF-8 bytes, base64url without padding. */
        sha256: Type.String(),
        expiresAt: nullable(Instant),
      }),
    ),
    accessTokenLifetimeSeconds: nullable(LifetimeSeconds),
  }),
});

/** The key of a client's snapshot. The realm's id never changes, so a realm is renamed without touching its clients. */
export function clientSnapshotKey({
  realmId,
  clientId,
}: {
  readonly realmId: string;
  readonly clientId: string;
}): string {
  return `${realmId}/${clientId}`;
}

/** A redirect URI of a client. */
export const RedirectUri = Type.Object({
  id: Uuid,
  clientId: Uuid,
  value: Type.String(),
  enabled: Type.Boolean(),
  createdAt: Instant,
  updatedAt: Instant,
});

/** A client as administrators see it. `version` is its ETag; `hasSecret` never says which. */
export const Client = Type.Object({
  id: Uuid,
  realmId: Uuid,
  clientId: Type.String(),
  name: Type.String(),
  description: nullable(Type.String()),
  owner: nullable(Type.String()),
  clientType: ClientTypeSchema,
  protocol: Type.Literal('openid-connect'),
  enabled: Type.Boolean(),
  publicClient: Type.Boolean(),
  serviceAccountEnabled: Type.Boolean(),
  directAccessGrantsEnabled: Type.Boolean(),
  firstParty: Type.Boolean(),
  hasSecret: Type.Boolean(),
  serviceAccountUserId: nullable(Uuid),
  redirectUris: Type.Array(RedirectUri),
  accessTokenLifetimeSeconds: nullable(LifetimeSeconds),
  refreshTokenLifetimeSeconds: nullable(LifetimeSeconds),
  idTokenLifetimeSeconds: nullable(LifetimeSeconds),
  temporaryTokenLifetimeSeconds: nullable(LifetimeSeconds),
  version: Type.Integer(),
  createdAt: Instant,
  updatedAt: Instant,
});
/** A client as administrators see it. */
export type Client = Static<typeof Client>;

/** The `client_id` of the API that the administration routes are; in the `aud` of every administrator's token. */
export const REALM_MANAGEMENT_CLIENT_ID = 'realm-management';
/** The public client of `master` that scripts sign in with (password grant). */
export const ADMIN_CLI_CLIENT_ID = 'admin-cli';

// ---- realms ----

const LifetimeOverrides = {
  accessTokenLifetimeSeconds: nullable(LifetimeSeconds),
  refreshTokenLifetimeSeconds: nullable(LifetimeSeconds),
  idTokenLifetimeSeconds: nullable(LifetimeSeconds),
  temporaryTokenLifetimeSeconds: nullable(LifetimeSeconds),
};

/**
 * Registers a client. The reply of a confidential client holds its secret in plain text: the only time it leaves the
 * registry. `conflict` when the `client_id` is taken; `validation_failed` with pointers otherwise.
 */
export const RegisterClient = defineCall({
  subject: 'registry.client.register.v1',
  callers: ['gateway'],
  request: Type.Object({
    actor: Actor,
    idempotencyKey: Type.Optional(IdempotencyKey),
    realmId: Uuid,
    name: Type.String({ minLength: 1, maxLength: 255 }),
    /** Made when null. */
    clientId: nullable(Type.String({ maxLength: 255 })),
    clientType: Type.Union([Type.Literal('confidential'), Type.Literal('public')]),
    enabled: Type.Boolean(),
    serviceAccountEnabled: Type.Boolean(),
    directAccessGrantsEnabled: Type.Boolean(),
    firstParty: Type.Boolean(),
    description: nullable(Type.String({ maxLength: 2_000 })),
    owner: nullable(Type.String({ maxLength: 255 })),
    redirectUris: Type.Array(Type.String({ maxLength: 2_048 }), { maxItems: 100 }),
    ...LifetimeOverrides,
  }),
  /** `replayed`: as for realms. Then the secret is null: it is not kept, so it cannot be shown again. */
  reply: Type.Object({
    client: Client,
    clientSecret: nullable(Type.String()),
    replayed: Type.Optional(Type.Boolean()),
  }),
  deadlineMs: 8_000,
});

/** Reads a client of a realm by id; `not_found`. */
export const ReadClient = defineCall({
  subject: 'registry.client.read.v1',
  callers: ['gateway'],
  request: Type.Object({ realmId: Uuid, id: Uuid }),
  reply: Client,
});

/** Columns a client list can be sorted by; a leading minus (`-created_at`) turns the order round. */
export const CLIENT_SORTS = ['client_id', '-client_id', 'name', '-name', 'created_at', '-created_at'] as const;

/** Lists clients of a realm. `search` matches `name` and `client_id`, any part, without case. */
export const ListClients = defineCall({
  subject: 'registry.client.list.v1',
  callers: ['gateway'],
  request: Type.Object({
    realmId: Uuid,
    page: PageRequest,
    search: nullable(Type.String({ maxLength: 255 })),
    sort: Type.Union(CLIENT_SORTS.map((name) => Type.Literal(name))),
    filter: Type.Partial(
      Type.Object({
        clientId: Type.String(),
        name: Type.String(),
        owner: Type.String(),
        enabled: Type.Boolean(),
        clientType: ClientTypeSchema,
        publicClient: Type.Boolean(),
        firstParty: Type.Boolean(),
        serviceAccountEnabled: Type.Boolean(),
        directAccessGrantsEnabled: Type.Boolean(),
      }),
    ),
  }),
  reply: pageOf(Client),
});

/** Changes a client; absent members stay. When the reply arrives no instance issues a token on the old state (G2). */
export const UpdateClient = defineCall({
  subject: 'registry.client.update.v1',
  callers: ['gateway'],
  request: Type.Object({
    actor: Actor,
    realmId: Uuid,
    id: Uuid,
    ifVersion: nullable(Type.Integer()),
    changes: Type.Partial(
      Type.Object({
        name: Type.String({ minLength: 1, maxLength: 255 }),
        clientId: Type.String({ maxLength: 255 }),
        description: nullable(Type.String({ maxLength: 2_000 })),
        owner: nullable(Type.String({ maxLength: 255 })),
        enabled: Type.Boolean(),
        serviceAccountEnabled: Type.Boolean(),
        directAccessGrantsEnabled: Type.Boolean(),
        firstParty: Type.Boolean(),
        ...LifetimeOverrides,
      }),
    ),
  }),
  reply: Client,
  deadlineMs: 8_000,
});

/** Deletes a client; its service account, roles and assignments go with it. System clients cannot be deleted (`conflict`). */
export const DeleteClient = defineCall({
  subject: 'registry.client.delete.v1',
  callers: ['gateway'],
  request: Type.Object({ actor: Actor, realmId: Uuid, id: Uuid, ifVersion: nullable(Type.Integer()) }),
  reply: Acknowledged,
  deadlineMs: 8_000,
});

/** Rotates: a new secret now; all others expire after `graceSeconds` at the latest (0: at once). `conflict` for a public client. */
export const RotateClientSecret = defineCall({
  subject: 'registry.client.rotate-secret.v1',
  callers: ['gateway'],
  request: Type.Object({
    actor: Actor,
    realmId: Uuid,
    id: Uuid,
    graceSeconds: Type.Integer({ minimum: 0, maximum: 31_536_000 }),
  }),
  reply: Type.Object({ id: Uuid, clientSecret: Type.String(), createdAt: Instant, othersExpireAt: Instant }),
  deadlineMs: 8_000,
});
