import { REQUIRED_ACTIONS, USER_SORTS } from '#contracts';
import { Type } from '@sinclair/typebox';
import { HELD_ROLE_LIST } from '../../administration/small-lists.js';
import type { ResourceDoc } from '../operation.js';
import {
  dataOf,
  Id,
  IDEMPOTENT,
  oneOf,
  orNull,
  pageOf,
  PAGING,
  queryFlag,
  queryText,
  Time,
  smallListQuery,
} from '../schemas.js';
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
    required_actions: Type.Array(oneOf(REQUIRED_ACTIONS), {
      description: 'What has to be done before the next sign-in: nobody gets a token by password before that.',
    }),
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
    'GET /realms/{realm}/users': {
      id: 'listUsers',
      summary: 'List users',
      answer: pageOf(User),
      query: {
        ...PAGING,
        search: queryText('Any part of the username, the address or the names, without case.'),
        sort: oneOf(USER_SORTS),
        username: queryText('The whole, without case.'),
        email: queryText('The whole, without case.', 254),
        enabled: queryFlag('Only enabled ones, or only disabled ones.'),
        service_account: queryFlag('Only service accounts, or only people.'),
      },
    },
    'POST /realms/{realm}/users': {
      id: 'createUser',
      summary: 'Create a person',
      description: 'They cannot sign in before a password is set.',
      answer: dataOf(User),
      tagged: true,
      located: true,
      ...IDEMPOTENT,
      errors: ['conflict', ...IDEMPOTENT.errors],
      example: { username: 'ada', email: 'ada@example.com', firstname: 'Ada', lastname: 'Lovelace' },
    },
    'PUT /realms/{realm}/users/{id}': {
      id: 'updateUser',
      summary: 'Change a person',
      description:
        'Changes only what the body names. When the answer arrives, no token is issued on the old state. Who holds more than the ' +
        'caller can only be disabled (403); the last administrator of `master` stays as they are (409). Of a service account only ' +
        '`enabled` can change: it is the `service_account_enabled` of its client, and turning it on needs `manage_clients`, too.',
      answer: dataOf(User),
      tagged: true,
      conditional: true,
      errors: ['conflict'],
      example: { enabled: false },
    },
    'DELETE /realms/{realm}/users/{id}': {
      id: 'deleteUser',
      summary: 'Delete a person with their password and roles',
      description: 'Service accounts and the last administrator of `master` cannot be deleted (409).',
      answer: null,
      conditional: true,
      errors: ['conflict'],
    },
    'PUT /realms/{realm}/users/{id}/reset-password': {
      id: 'resetPassword',
      summary: 'Set the password of a person',
      description:
        'With `temporary` they have to change it before they are let in. 422 says why a password is refused, 403 that the ' +
        'person holds more than the caller.',
      answer: null,
      errors: ['conflict'],
      example: { value: 'a phrase that nobody else uses', temporary: true, credential_type: 'password' },
    },
    'GET /realms/{realm}/users/{id}': { id: 'readUser', summary: 'Read a user', answer: dataOf(User), tagged: true },
    'GET /realms/{realm}/users/{id}/roles': {
      query: smallListQuery(HELD_ROLE_LIST),
      id: 'listUserRoles',
      summary: 'List the roles of a user',
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
