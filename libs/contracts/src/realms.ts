import { Type } from '@sinclair/typebox';
import { Acknowledged, Actor, nullable, pageOf, PageRequest, Realm, RealmName, RealmSettings, Uuid } from './common.js';
import { defineCall } from './contract.js';
import { IdempotencyKey } from './idempotency.js';
import { PasswordPolicy } from './password-policy.js';
import { defineSnapshot } from './snapshot.js';

/** What issuance needs of a realm. Key: the realm's name. */
export const RealmSnapshot = defineSnapshot({
  name: 'registry.realm',
  readers: ['tokens', 'identity', 'roles', 'audit'],
  value: Type.Object({
    id: Uuid,
    name: RealmName,
    enabled: Type.Boolean(),
    settings: RealmSettings,
  }),
});

/** The realm whose administrators act on every realm. */
export const MASTER_REALM = 'master';
/** Creates a realm with its system clients, roles and signing key; answers when all of it works. `conflict` if the name is taken. */
export const CreateRealm = defineCall({
  subject: 'registry.realm.create.v1',
  callers: ['gateway'],
  request: Type.Object({
    actor: Actor,
    idempotencyKey: Type.Optional(IdempotencyKey),
    name: RealmName,
    displayName: nullable(Type.String({ maxLength: 255 })),
  }),
  /** `replayed`: nothing was created now, this is the answer to an earlier request under the same key. */
  reply: Type.Object({ ...Realm.properties, replayed: Type.Optional(Type.Boolean()) }),
  deadlineMs: 15_000,
});

/** Reads a realm by name; `not_found`. */
export const ReadRealm = defineCall({
  subject: 'registry.realm.read.v1',
  callers: ['gateway'],
  request: Type.Object({ name: Type.String() }),
  reply: Realm,
});

/** Columns a list of realms can be sorted by; a leading minus turns the order round. */
export const REALM_SORTS = ['name', '-name', 'created_at', '-created_at'] as const;

/** So many realms in one page at most: who shows all of them asks for few large ones. */
export const MAX_REALMS_PER_PAGE = 2_000;

/** Lists realms, by name unless told otherwise. `onlyName` restricts the list to one realm (administrators of that realm only). */
export const ListRealms = defineCall({
  subject: 'registry.realm.list.v1',
  callers: ['gateway'],
  request: Type.Object({
    page: Type.Object({
      ...PageRequest.properties,
      limit: Type.Integer({ minimum: 1, maximum: MAX_REALMS_PER_PAGE }),
    }),
    search: nullable(Type.String()),
    onlyName: nullable(Type.String()),
    sort: Type.Optional(Type.Union(REALM_SORTS.map((name) => Type.Literal(name)))),
    enabled: Type.Optional(Type.Boolean()),
  }),
  reply: pageOf(Realm),
});

/**
 * Changes a realm; absent members stay. `precondition_failed` when `ifVersion` is not the present one. `master` cannot be
 * disabled or renamed (`conflict`). When the reply to a renaming arrives, the old name issues and accepts nothing any more.
 */
export const UpdateRealm = defineCall({
  subject: 'registry.realm.update.v1',
  callers: ['gateway'],
  request: Type.Object({
    actor: Actor,
    realmId: Uuid,
    ifVersion: nullable(Type.Integer()),
    changes: Type.Partial(
      Type.Object({
        name: RealmName,
        displayName: nullable(Type.String({ maxLength: 255 })),
        enabled: Type.Boolean(),
        settings: Type.Partial(
          Type.Object({ ...RealmSettings.properties, passwordPolicy: Type.Partial(PasswordPolicy) }),
        ),
      }),
    ),
  }),
  reply: Realm,
  deadlineMs: 15_000,
});

/** Deletes a realm and, in every service, what belongs to it. `master` cannot be deleted (`conflict`). */
export const DeleteRealm = defineCall({
  subject: 'registry.realm.delete.v1',
  callers: ['gateway'],
  request: Type.Object({ actor: Actor, realmId: Uuid, ifVersion: nullable(Type.Integer()) }),
  reply: Acknowledged,
  deadlineMs: 15_000,
});

/**
 * Removes what the registry still has of a deleted realm. Idempotent. `unavailable` with the reason `not_finished` when a part
 * of it is done.
 */
export const ClearRealm = defineCall({
  subject: 'registry.realm.clear.v1',
  callers: ['registry'],
  request: Type.Object({ realmId: Uuid }),
  reply: Acknowledged,
});

// ---- clients ----
