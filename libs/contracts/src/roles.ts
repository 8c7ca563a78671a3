import { Type, type Static } from '@sinclair/typebox';
import { Acknowledged, Actor, Instant, nullable, PageRequest, pageOf, Uuid } from './common.js';
import { defineCall } from './contract.js';
import { defineSnapshot } from './snapshot.js';

/** One permission of a catalogue: bit 0 to 62 of the mask. `reserved`: listed, but its feature does not exist yet. */
export const Permission = Type.Object({
  bit: Type.Integer({ minimum: 0, maximum: 62 }),
  name: Type.String(),
  description: nullable(Type.String()),
  builtIn: Type.Boolean(),
  reserved: Type.Boolean(),
  /** Of its name and description, which its ETag is made of; built-in ones never change. Absent: 0. */
  version: Type.Optional(Type.Integer({ minimum: 0 })),
});
/** One permission of a catalogue. */
export type Permission = Static<typeof Permission>;

/** A role: a named 63-bit mask over the catalogue of its scope (the realm when `clientId` is null, else that client). */
export const Role = Type.Object({
  id: Uuid,
  realmId: Uuid,
  clientId: nullable(Uuid),
  name: Type.String(),
  description: nullable(Type.String()),
  permissions: Type.Array(Type.String()),
  version: Type.Integer(),
  createdAt: Instant,
  updatedAt: Instant,
});
/** A role of a realm or of a client. */
export type Role = Static<typeof Role>;

/** The scope word of realm-wide roles in snapshot keys. */
export const REALM_SCOPE = 'realm';

/** Which roles a subject holds. Key: `<realmId>/<subjectId>`. Changed by assigning, so it needs no fan-out. */
export const AssignmentsSnapshot = defineSnapshot({
  name: 'roles.assignments',
  readers: ['tokens'],
  value: Type.Object({
    realmId: Uuid,
    subjectId: Uuid,
    /** `scope` is `realm` or the id of the client whose role it is. */
    roles: Type.Array(Type.Object({ roleId: Uuid, scope: Type.String() })),
  }),
});

/** The key of a subject's assignments. */
export function assignmentsSnapshotKey(realmId: string, subjectId: string): string {
  return `${realmId}/${subjectId}`;
}

/**
 * Every role and permission of one scope. Key: `<realmId>/realm` or `<realmId>/<client uuid>`. A change of a role changes
 * this one snapshot, however many subjects hold the role.
 */
export const RoleScopeSnapshot = defineSnapshot({
  name: 'roles.scope',
  readers: ['tokens'],
  value: Type.Object({
    realmId: Uuid,
    scope: Type.String(),
    /** The `client_id` of the API whose permissions these are: `aud` of tokens that carry them. */
    audience: Type.String(),
    permissions: Type.Array(Type.Object({ bit: Type.Integer({ minimum: 0, maximum: 62 }), name: Type.String() })),
    /** `mask` is the 63-bit mask as a decimal string (JSON has no 64-bit integers). */
    roles: Type.Array(Type.Object({ id: Uuid, name: Type.String(), mask: Type.String({ pattern: '^\\d{1,19}$' }) })),
  }),
});

/** The key of a scope's roles; `scope` is `REALM_SCOPE` or a client's UUID. */
export function roleScopeSnapshotKey(realmId: string, scope: string): string {
  return `${realmId}/${scope}`;
}

/** Makes a realm's built-in roles (`admin`, `viewer`). Idempotent. */
export const ProvisionRealmRoles = defineCall({
  subject: 'roles.realm.provision.v1',
  callers: ['registry'],
  request: Type.Object({ realmId: Uuid, realmName: Type.String() }),
  reply: Acknowledged,
});

/** Removes everything of a realm. Idempotent. */
export const RemoveRealmRoles = defineCall({
  subject: 'roles.realm.remove.v1',
  callers: ['registry'],
  request: Type.Object({ realmId: Uuid }),
  reply: Acknowledged,
});

/**
 * Asks, before clients are deleted or get another `client_id`, whether roles can be told of it: until it is, tokens carry what their roles
 * grant under the old name. Changes nothing.
 */
export const CheckClientRoles = defineCall({
  subject: 'roles.client.check.v1',
  callers: ['registry'],
  request: Type.Object({ realmId: Uuid, clientId: Uuid }),
  reply: Acknowledged,
  deadlineMs: 3_000,
});

/**
 * Ends what the roles of deleted clients grant: the part of `RemoveClientRoles` that tokens depend on, for many at once and however many
 * hold them. When the reply arrives no token carries their permissions (G2). Idempotent.
 */
export const RetireClientRoles = defineCall({
  subject: 'roles.client.retire.v1',
  callers: ['registry'],
  request: Type.Object({ realmId: Uuid, clientIds: Type.Array(Uuid) }),
  reply: Acknowledged,
});

/** Removes a deleted client's roles and catalogue, and every assignment of its service account. Idempotent. */
export const RemoveClientRoles = defineCall({
  subject: 'roles.client.remove.v1',
  callers: ['registry'],
  request: Type.Object({
    realmId: Uuid,
    clientId: Uuid,
    serviceAccountUserId: nullable(Uuid),
    /** The `client_id` that another client may have when this is done; for whoever sends it. */
    vacates: Type.Optional(Type.String()),
  }),
  reply: Acknowledged,
});

/** Gives a built-in realm role to a subject, once; for the first administrator. Idempotent. */
export const EnsureRoleAssignment = defineCall({
  subject: 'roles.assignment.ensure.v1',
  callers: ['registry'],
  request: Type.Object({ realmId: Uuid, realmName: Type.String(), subjectId: Uuid, roleName: Type.String() }),
  reply: Acknowledged,
});

/** The orders in which roles are listed. */
export const ROLE_SORTS = ['name', '-name', 'created_at', '-created_at'] as const;
/** One of the orders. */
export type RoleSort = (typeof ROLE_SORTS)[number];

/** Lists realm-wide roles, or with `clientId` those of that client. `name` asks for the one of exactly this name. */
export const ListRoles = defineCall({
  subject: 'roles.role.list.v1',
  callers: ['gateway'],
  request: Type.Object({
    realmId: Uuid,
    clientId: Type.Optional(Uuid),
    page: PageRequest,
    search: nullable(Type.String()),
    sort: Type.Optional(Type.Union(ROLE_SORTS.map((sort) => Type.Literal(sort)))),
    name: Type.Optional(Type.String()),
  }),
  reply: pageOf(Role),
});

/** Lists a realm's permission catalogue, or with `clientId` that of the client. */
export const ListPermissions = defineCall({
  subject: 'roles.permission.list.v1',
  callers: ['gateway'],
  request: Type.Object({ realmId: Uuid, clientId: Type.Optional(Uuid) }),
  reply: Type.Object({ items: Type.Array(Permission) }),
});

/** The roles a subject holds. */
export const ListSubjectRoles = defineCall({
  subject: 'roles.assignment.list.v1',
  callers: ['gateway'],
  request: Type.Object({ realmId: Uuid, subjectId: Uuid }),
  reply: Type.Object({ items: Type.Array(Role) }),
});

/** Gives a role to a subject. `forbidden` when the role holds what the actor does not (no escalation); idempotent. */
export const AssignRole = defineCall({
  subject: 'roles.assignment.add.v1',
  callers: ['gateway'],
  request: Type.Object({ actor: Actor, realmId: Uuid, realmName: Type.String(), subjectId: Uuid, roleId: Uuid }),
  reply: Acknowledged,
});

/** Takes a role from a subject. `not_found` when it does not hold it; when the reply arrives no token carries it (G2). */
export const UnassignRole = defineCall({
  subject: 'roles.assignment.remove.v1',
  callers: ['gateway'],
  request: Type.Object({ actor: Actor, realmId: Uuid, realmName: Type.String(), subjectId: Uuid, roleId: Uuid }),
  reply: Acknowledged,
});
