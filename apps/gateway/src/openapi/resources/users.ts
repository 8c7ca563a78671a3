import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';
import { dataOf, Id, orNull, pageOf, Time } from '../schemas.js';
import { Role } from './roles.js';

/** A user as the API shows it. */
export const User = Type.Object(
  {
    id: Id,
    realm_id: Id,
    client_id: Type.Union([Id, Type.Null()], { description: 'The client, when this is its service account.' }),
    username: Type.String(),
    email: orNull(Type.String()),
    email_verified: Type.Boolean(),
    firstname: orNull(Type.String()),
    lastname: orNull(Type.String()),
    enabled: Type.Boolean(),
    required_actions: Type.Array(Type.String()),
    created_at: Time,
    updated_at: Time,
  },
  { $id: 'User' },
);

/** The users of a realm. */
export const USERS: ResourceDoc = {
  name: 'Users',
  description: 'People and service accounts, and the roles they hold.',
  operations: {
    'GET /realms/{realm}/users/{id}': { id: 'readUser', summary: 'Read a user', answer: dataOf(User), tagged: true },
    'GET /realms/{realm}/users/{id}/roles': {
      query: {},
      id: 'listUserRoles',
      summary: 'List the roles of a user',
      description: 'Always whole.',
      answer: pageOf(Role),
    },
    'POST /realms/{realm}/users/{id}/roles/{roleId}': {
      id: 'assignRole',
      summary: 'Give a role to a user',
      description: 'Nobody gives what they do not hold: that is answered 403. Giving a role twice changes nothing.',
      answer: null,
      errors: ['conflict'],
    },
    'DELETE /realms/{realm}/users/{id}/roles/{roleId}': {
      id: 'unassignRole',
      summary: 'Take a role from a user',
      description: 'When the answer arrives, no new token carries it.',
      answer: null,
      errors: ['conflict'],
    },
  },
};
