import { Type, type Static } from '@sinclair/typebox';
import { PermissionName, RoleName } from './roles-administration.js';

/** At most this many users and service accounts are given roles in one configuration. */
export const MAX_CONFIGURED_ASSIGNMENTS = 10_000;

const strict = { additionalProperties: false };
const Description = (description: string) =>
  Type.Union([Type.String({ maxLength: 2_000 }), Type.Null()], { description });

/** A permission that a realm or client names itself, in a configuration. */
export const ConfiguredPermission = Type.Object(
  { name: PermissionName, description: Type.Optional(Description('What it allows.')) },
  strict,
);
/** A permission that a realm or client names itself, in a configuration. */
export type ConfiguredPermission = Static<typeof ConfiguredPermission>;

/** A role of the realm or of a client, in a configuration. */
export const ConfiguredRole = Type.Object(
  {
    name: RoleName,
    description: Type.Optional(Description('Who it is for.')),
    permissions: Type.Optional(
      Type.Array(Type.String({ maxLength: 100 }), {
        maxItems: 64,
        description: 'All that it gives, by name; of the realm, or of the client whose role it is.',
      }),
    ),
  },
  strict,
);
/** A role of the realm or of a client, in a configuration. */
export type ConfiguredRole = Static<typeof ConfiguredRole>;

/** The catalogue and the roles of the realm, or of a client. */
export const CONFIGURED_SCOPE = {
  permissions: Type.Optional(
    Type.Array(ConfiguredPermission, {
      maxItems: 63,
      description: 'Its own permissions. Built-in ones are always there.',
    }),
  ),
  roles: Type.Optional(Type.Array(ConfiguredRole, { maxItems: 2_000, description: 'Its roles, by name.' })),
};

/** Names a role: the realm's by its name alone, a client's with its `client_id`. */
export const ConfiguredRoleName = Type.Union([
  Type.String({ minLength: 1, maxLength: 255 }),
  Type.Object(
    {
      client_id: Type.String({ minLength: 1, maxLength: 255, description: 'Whose role it is.' }),
      role: Type.String({ minLength: 1, maxLength: 255 }),
    },
    strict,
  ),
]);
/** Names a role of the realm or of a client. */
export type ConfiguredRoleName = Static<typeof ConfiguredRoleName>;

/** The roles of one service account or user, in a configuration. */
export const ConfiguredAssignment = Type.Object(
  {
    client_id: Type.Optional(
      Type.String({ minLength: 1, maxLength: 255, description: 'Whose service account holds the roles.' }),
    ),
    username: Type.Optional(
      Type.String({ minLength: 1, maxLength: 255, description: 'The user who holds the roles.' }),
    ),
    roles: Type.Array(ConfiguredRoleName, {
      maxItems: 10_000,
      description:
        'Roles of the realm by name, roles of clients as {client_id, role}. Others are taken only with `prune: true`.',
    }),
  },
  {
    ...strict,
    description: 'Either a client_id (its service account holds the roles) or a username, and the roles.',
    // The roles, and one of the two.
    minProperties: 2,
    maxProperties: 2,
  },
);
/** The roles of one service account or user, in a configuration. */
export type ConfiguredAssignment = Static<typeof ConfiguredAssignment>;
