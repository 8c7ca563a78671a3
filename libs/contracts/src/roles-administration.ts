import { Type, type Static } from '@sinclair/typebox';
import { Acknowledged, Actor, Instant, nullable, PageRequest, pageOf, Uuid } from './common.js';
import { defineCall } from './contract.js';
import { IdempotencyKey } from './idempotency.js';
import { Permission, Role } from './roles.js';

/**
 * A permission's name: a scope token (RFC 6749 §3.3), because it is asked for and granted by that name. At most 100
 * characters.
 */
export const PermissionName = Type.String({
  pattern: '^[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,100}$',
  description: '1 to 100 visible ASCII characters without quotes or backslashes',
});

/** A role's name: 1 to 255 characters, none of them a control character, no blank at either end. */
export const RoleName = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: '^(?! )[^\\u0000-\\u001f\\u007f-\\u009f]+(?<! )$',
  description: '1 to 255 characters without control characters or blanks at the ends',
});

const Description = nullable(Type.String({ maxLength: 2_000 }));
const PermissionNames = Type.Array(Type.String({ maxLength: 100 }), { maxItems: 64 });

/** What every change of roles names: who asks, and of which realm. */
const InRealm = { actor: Actor, realmId: Uuid, realmName: Type.String() };

/** The client whose own roles and permissions are meant, with its `client_id` (what `aud` will say); null: the realm's. */
const OfClient = { client: nullable(Type.Object({ id: Uuid, clientId: Type.String() })) };

/** At most this many subjects or roles change in one call. */
export const MAX_BULK_ASSIGNMENTS = 100;

// ---- catalogues ----

/**
 * Adds a permission on the lowest free bit. `validation_failed` for a name that is taken, built in or reserved; `conflict` when
 * all bits are in use or not free again yet. `forbidden` unless the actor manages the API itself as well (`manage_clients` for
 * a client's, `manage_realm` for the realm's).
 */
export const CreatePermission = defineCall({
  subject: 'roles.permission.create.v1',
  callers: ['gateway'],
  request: Type.Object({
    ...InRealm,
    ...OfClient,
    idempotencyKey: Type.Optional(IdempotencyKey),
    name: PermissionName,
    description: Description,
  }),
  /** `replayed`: as for realms. */
  reply: Type.Object({ ...Permission.properties, replayed: Type.Optional(Type.Boolean()) }),
});

/** Reads one permission of a realm or client by name; `not_found`. */
export const ReadPermission = defineCall({
  subject: 'roles.permission.read.v1',
  callers: ['gateway'],
  request: Type.Object({ realmId: Uuid, clientId: nullable(Uuid), name: Type.String() }),
  reply: Permission,
});

/** Renames or describes a permission; absent members stay. Roles that hold it keep it. `conflict` for a built-in one. */
export const UpdatePermission = defineCall({
  subject: 'roles.permission.update.v1',
  callers: ['gateway'],
  request: Type.Object({
    ...InRealm,
    clientId: nullable(Uuid),
    name: Type.String(),
    ifVersion: Type.Optional(nullable(Type.Integer())),
    changes: Type.Partial(Type.Object({ name: PermissionName, description: Description })),
  }),
  reply: Permission,
});

/**
 * Deletes a permission. `conflict` with the names of the roles that hold it, unless `force`: then it is taken from them. Its bit
 * is not used again while a token could still carry it. Built-in permissions cannot be deleted (`conflict`).
 */
export const DeletePermission = defineCall({
  subject: 'roles.permission.delete.v1',
  callers: ['gateway'],
  request: Type.Object({
    ...InRealm,
    clientId: nullable(Uuid),
    name: Type.String(),
    ifVersion: Type.Optional(nullable(Type.Integer())),
    force: Type.Boolean(),
  }),
  reply: Acknowledged,
});

// ---- roles ----

/**
 * Creates a role of the realm or of a client. `conflict` when the name is taken in its scope; `validation_failed` with pointers
 * for permissions that the scope's catalogue does not have; `forbidden` for permissions that the actor may not give.
 */
export const CreateRole = defineCall({
  subject: 'roles.role.create.v1',
  callers: ['gateway'],
  request: Type.Object({
    ...InRealm,
    ...OfClient,
    idempotencyKey: Type.Optional(IdempotencyKey),
    name: RoleName,
    description: Description,
    permissions: PermissionNames,
  }),
  /** `replayed`: as for realms. */
  reply: Type.Object({ ...Role.properties, replayed: Type.Optional(Type.Boolean()) }),
});

/** Reads a role of a realm, of the realm itself or of any of its clients; `not_found`. */
export const ReadRole = defineCall({
  subject: 'roles.role.read.v1',
  callers: ['gateway'],
  request: Type.Object({ realmId: Uuid, id: Uuid }),
  reply: Role,
});

/**
 * Changes a role; absent members stay. `permissions` is the whole set; `addPermissions` and `removePermissions` are applied to
 * what is there then (to `permissions`, when given). When the reply arrives every new token knows (G2). Built-in roles keep
 * their name and their built-in permissions (`conflict`).
 */
export const UpdateRole = defineCall({
  subject: 'roles.role.update.v1',
  callers: ['gateway'],
  request: Type.Object({
    ...InRealm,
    id: Uuid,
    ifVersion: nullable(Type.Integer()),
    changes: Type.Partial(
      Type.Object({
        name: RoleName,
        description: Description,
        permissions: PermissionNames,
        addPermissions: PermissionNames,
        removePermissions: PermissionNames,
      }),
    ),
  }),
  reply: Role,
});

/** Deletes a role and takes it from everybody who holds it; no new token carries it (G2). Built-in ones stay (`conflict`). */
export const DeleteRole = defineCall({
  subject: 'roles.role.delete.v1',
  callers: ['gateway'],
  request: Type.Object({ ...InRealm, id: Uuid, ifVersion: nullable(Type.Integer()) }),
  reply: Acknowledged,
  deadlineMs: 15_000,
});

// ---- assignments ----

const RoleOfSubject = Type.Object({ subjectId: Uuid, roleId: Uuid });

/**
 * Gives and takes roles, all of it or none. What is held already, or not held, is left as it is. `not_found` for a subject or role that
 * the realm does not have, `forbidden` for a role that the actor may not give.
 */
export const ChangeAssignments = defineCall({
  subject: 'roles.assignment.change.v1',
  callers: ['gateway'],
  request: Type.Object({
    ...InRealm,
    add: Type.Array(RoleOfSubject, { maxItems: MAX_BULK_ASSIGNMENTS }),
    remove: Type.Array(RoleOfSubject, { maxItems: MAX_BULK_ASSIGNMENTS }),
  }),
  reply: Acknowledged,
  deadlineMs: 8_000,
});

const Subject = {
  subjectId: Uuid,
  /** Null for a user that is gone. */
  username: nullable(Type.String()),
  /** The client whose service account it is; null for people. */
  clientId: nullable(Uuid),
};

/** Somebody who holds a role. */
export const RoleHolder = Type.Object({ ...Subject, assignedAt: Instant });
/** Somebody who holds a role. */
export type RoleHolder = Static<typeof RoleHolder>;

/** Who holds a role, by subject id; `not_found` for no such role. */
export const ListRoleHolders = defineCall({
  subject: 'roles.holder.list.v1',
  callers: ['gateway'],
  request: Type.Object({ realmId: Uuid, roleId: Uuid, page: PageRequest }),
  reply: pageOf(RoleHolder),
});

/** A permission that a subject holds at one API, and why. */
export const ExplainedPermission = Type.Object({
  name: Type.String(),
  description: nullable(Type.String()),
  builtIn: Type.Boolean(),
  /** The client whose permission it is; null for the realm's. */
  clientId: nullable(Uuid),
  /** The `client_id` of the API. */
  audience: Type.String(),
  /** The roles that give it. */
  roles: Type.Array(Type.Object({ id: Uuid, name: Type.String() })),
});
/** A permission that a subject holds at one API, and why. */
export type ExplainedPermission = Static<typeof ExplainedPermission>;

/** What a subject effectively holds, and which roles give it. Empty for a subject that nobody knows. */
export const ExplainSubject = defineCall({
  subject: 'roles.subject.explain.v1',
  callers: ['gateway'],
  request: Type.Object({ realmId: Uuid, subjectId: Uuid }),
  reply: Type.Object({ items: Type.Array(ExplainedPermission) }),
});

/** What one holder of a role would gain and lose at the role's API. */
export const RoleImpact = Type.Object({
  ...Subject,
  gains: Type.Array(Type.String()),
  loses: Type.Array(Type.String()),
});
/** What one holder of a role would gain and lose. */
export type RoleImpact = Static<typeof RoleImpact>;

/**
 * What would come of giving a role this set of permissions instead of its own: who would gain or lose what at the role's API (what
 * other roles give them as well does not count). Changes nothing. `total` counts those concerned, over all pages.
 */
export const PreviewRoleChange = defineCall({
  subject: 'roles.role.preview.v1',
  callers: ['gateway'],
  request: Type.Object({ realmId: Uuid, roleId: Uuid, permissions: PermissionNames, page: PageRequest }),
  reply: Type.Object({
    /** What the role itself would gain and lose. */
    added: Type.Array(Type.String()),
    removed: Type.Array(Type.String()),
    /** The `client_id` of the API. */
    audience: Type.String(),
    /** How many hold the role, concerned or not. */
    holders: Type.Integer({ minimum: 0 }),
    affected: pageOf(RoleImpact),
  }),
});

/**
 * Tells the `client_id` that a client goes by now, for `aud`. Idempotent; of several the one with the highest `clientVersion` counts,
 * in whatever order they arrive.
 */
export const RenameClientRoles = defineCall({
  subject: 'roles.client.rename.v1',
  callers: ['registry'],
  request: Type.Object({
    realmId: Uuid,
    realmName: Type.String(),
    clientId: Uuid,
    clientIdentifier: Type.String(),
    clientVersion: Type.Integer({ minimum: 0 }),
    /** The former `client_id`, which another client may have when this is done; for whoever sends it. */
    vacates: Type.Optional(Type.String()),
  }),
  reply: Acknowledged,
});
