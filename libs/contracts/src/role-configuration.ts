import { Type, type Static } from '@sinclair/typebox';
import { Actor, nullable, Uuid } from './common.js';
import { CONFIGURATION_DEADLINE_MS, ConfigurationChange } from './configuration.js';
import { ConfiguredPermission, ConfiguredRole } from './configured-roles.js';
import { defineCall } from './contract.js';

/** The client whose roles are meant; it need not exist yet. Null: the realm itself. */
const ScopeOf = nullable(Type.Object({ id: Uuid, clientId: Type.String() }));

/** What a configuration says of the catalogue and roles of the realm or of one client. */
export const WantedScope = Type.Object({
  client: ScopeOf,
  /** Where in the configuration it stands: problems are told by that. */
  pointer: Type.String(),
  permissions: Type.Optional(Type.Array(ConfiguredPermission)),
  roles: Type.Optional(Type.Array(ConfiguredRole)),
});
/** What a configuration says of the catalogue and roles of the realm or of one client. */
export type WantedScope = Static<typeof WantedScope>;

/** The roles that a configuration gives to one subject. */
export const WantedSubject = Type.Object({
  /** Any that nobody has, while it does not exist yet. */
  id: Uuid,
  kind: Type.Union([Type.Literal('service_account'), Type.Literal('user')]),
  /** The `client_id` or the username. */
  name: Type.String(),
  pointer: Type.String(),
  /** False for a service account that only the pruning concerns. */
  mentioned: Type.Boolean(),
  roles: Type.Array(Type.Object({ client: ScopeOf, name: Type.String() })),
});
/** The roles that a configuration gives to one subject. */
export type WantedSubject = Static<typeof WantedSubject>;

/** What somebody holds at one API. */
const HeldAt = Type.Object({ audience: Type.String(), permissions: Type.Array(Type.String()) });

/** What a subject holds before and after a configuration. */
export const AuthorityChange = Type.Object({
  subjectId: Uuid,
  before: Type.Array(HeldAt),
  after: Type.Array(HeldAt),
});
/** What a subject holds before and after a configuration. */
export type AuthorityChange = Static<typeof AuthorityChange>;

/**
 * Makes the roles, catalogues and assignments of a realm what a configuration says, in one transaction. `plan` only says what that would
 * change; `check` refuses as well what `apply` would refuse. `validation_failed` with pointers into the configuration, `forbidden` for what the actor may not give, `conflict`
 * for what the product keeps as it is, or when `expected` is not what would be done.
 */
export const ApplyRoleConfiguration = defineCall({
  subject: 'roles.configuration.apply.v1',
  callers: ['registry'],
  request: Type.Object({
    actor: Actor,
    realmId: Uuid,
    realmName: Type.String(),
    prune: Type.Boolean(),
    scopes: Type.Array(WantedScope),
    subjects: Type.Array(WantedSubject),
    /** Clients that the configuration deletes: their roles count as gone. */
    deletedClientIds: Type.Array(Uuid),
    /** Of these subjects it is told what they hold, changed or not; null: of everybody who holds anything. */
    alsoTellOf: nullable(Type.Array(Uuid)),
    mode: Type.Union([Type.Literal('plan'), Type.Literal('check'), Type.Literal('apply')]),
    /** What has been found to change; nothing is done when it is something else by now. */
    expected: nullable(Type.Array(ConfigurationChange)),
  }),
  reply: Type.Object({
    changes: Type.Array(ConfigurationChange),
    authority: Type.Array(AuthorityChange),
    /** False when more subjects are concerned than `authority` tells of. */
    complete: Type.Boolean(),
  }),
  deadlineMs: CONFIGURATION_DEADLINE_MS,
});

/** The catalogue and roles of one scope, as a configuration writes them; null: of the realm. */
const ExportedScope = Type.Object({
  clientId: nullable(Uuid),
  permissions: Type.Array(ConfiguredPermission),
  roles: Type.Array(ConfiguredRole),
});

/**
 * Writes a realm's roles, catalogues and assignments. Roles that every realm comes with are left out while they are as they came.
 * `conflict` when more subjects hold roles than a configuration can say.
 */
export const ExportRoleConfiguration = defineCall({
  subject: 'roles.configuration.export.v1',
  callers: ['registry'],
  request: Type.Object({ realmId: Uuid }),
  reply: Type.Object({
    scopes: Type.Array(ExportedScope),
    assignments: Type.Array(
      Type.Object({
        subjectId: Uuid,
        roles: Type.Array(Type.Object({ clientId: nullable(Uuid), name: Type.String() })),
      }),
    ),
  }),
  deadlineMs: CONFIGURATION_DEADLINE_MS,
});
