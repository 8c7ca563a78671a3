import { PreviewedPermission } from '#contracts';
import { Type } from '@sinclair/typebox';
import { HELD_PERMISSION_LIST, PERMISSION_LIST } from '../../administration/small-lists.js';
import type { ResourceDoc } from '../operation.js';
import { dataOf, Id, IDEMPOTENT, oneOf, orNull, pageOf, PAGING, queryFlag, Time, smallListQuery } from '../schemas.js';
import { Permission, Role, ROLE_QUERY } from './roles.js';

const SUBJECT = {
  id: Id,
  kind: oneOf(['user', 'service_account']),
  username: orNull(Type.String()),
  client_id: orNull(Type.String()),
};
const names = Type.Array(Type.String());

const RoleHolder = Type.Object({ ...SUBJECT, assigned_at: Time }, { $id: 'RoleHolder' });

const EffectivePermission = Type.Object(
  {
    name: Type.String(),
    description: orNull(Type.String()),
    built_in: Type.Boolean(),
    client_id: Type.Union([Id, Type.Null()], { description: "The client whose permission it is; null: the realm's." }),
    audience: Type.String({ description: 'The `client_id` of the API.' }),
    roles: Type.Array(Type.Object({ id: Id, name: Type.String() }), { description: 'The roles that give it.' }),
  },
  { $id: 'EffectivePermission' },
);

const RoleImpact = Type.Object(
  {
    role: Type.Object({ added: names, removed: names, audience: Type.String(), holders: Type.Integer({ minimum: 0 }) }),
    ...pageOf(Type.Object({ ...SUBJECT, gains: names, loses: names }, { $id: 'SubjectImpact' })).properties,
  },
  { $id: 'RoleImpactAnswer' },
);

const TokenPreview = Type.Union(
  [
    Type.Object({
      granted: Type.Literal(true),
      expires_in: Type.Integer(),
      token_bytes: Type.Integer({ description: 'Length of the token.' }),
      warnings: Type.Array(Type.String(), { description: 'What is to be said of it: that it is long.' }),
      claims: Type.Record(Type.String(), Type.Unknown()),
      reasons: Type.Record(Type.String(), Type.String()),
      permissions: Type.Array(PreviewedPermission),
    }),
    Type.Object({
      granted: Type.Literal(false),
      error: Type.String(),
      error_description: Type.String(),
      reason: Type.String(),
    }),
  ],
  { $id: 'TokenPreview' },
);

const change = { tagged: true, conditional: true, errors: ['conflict'] } as const;
const creation = { ...IDEMPOTENT, tagged: true, located: true, errors: ['conflict', ...IDEMPOTENT.errors] } as const;
const force = { force: queryFlag('Takes it from the roles that hold it.') };

/** Changes of roles, permissions and assignments, and what they would come to. */
export const ROLE_ADMINISTRATION: ResourceDoc = {
  name: 'Role administration',
  description: 'Nobody makes, changes or gives a role with permissions they do not hold: that is answered 403.',
  operations: {
    'POST /realms/{realm}/roles': {
      id: 'createRole',
      summary: 'Create a realm-wide role',
      answer: dataOf(Role),
      ...creation,
      example: { name: 'auditor', permissions: ['view_events'] },
    },
    'GET /realms/{realm}/roles/{id}': { id: 'readRole', summary: 'Read a role', answer: dataOf(Role), tagged: true },
    'PUT /realms/{realm}/roles/{id}': {
      id: 'updateRole',
      summary: 'Change a role',
      description: 'Changes only what the body names.',
      answer: dataOf(Role),
      ...change,
      example: { description: 'Reads the log' },
    },
    'PATCH /realms/{realm}/roles/{id}/permissions': {
      id: 'updateRolePermissions',
      summary: 'Change the permissions of a role',
      description: 'The whole set in `permissions`, or what to `add` and to `remove`.',
      answer: dataOf(Role),
      ...change,
      example: { add: ['view_events'] },
    },
    'DELETE /realms/{realm}/roles/{id}': {
      id: 'deleteRole',
      summary: 'Delete a role',
      answer: null,
      conditional: true,
      errors: ['conflict'],
    },
    'POST /realms/{realm}/roles/{id}/impact': {
      id: 'previewRoleChange',
      summary: 'Tell who would gain or lose what, and change nothing',
      answer: RoleImpact,
      query: PAGING,
      example: { permissions: ['view_events'] },
    },
    'GET /realms/{realm}/roles/{id}/subjects': {
      id: 'listRoleHolders',
      summary: 'List who holds a role',
      answer: pageOf(RoleHolder),
      query: PAGING,
    },
    'PATCH /realms/{realm}/roles/{id}/subjects': {
      id: 'changeRoleHolders',
      summary: 'Give a role to many and take it from many, all or none',
      answer: null,
      errors: ['conflict'],
      example: { add: ['0197c1f0-0000-7000-8000-000000000001'] },
    },
    'POST /realms/{realm}/permissions': {
      id: 'createPermission',
      summary: "Add a permission to the realm's catalogue",
      answer: Permission,
      ...creation,
      example: { name: 'reports:read' },
    },
    'GET /realms/{realm}/permissions/{name}': {
      id: 'readPermission',
      summary: 'Read a permission',
      answer: dataOf(Permission),
      tagged: true,
    },
    'PATCH /realms/{realm}/permissions/{name}': {
      id: 'updatePermission',
      summary: 'Rename or describe a permission',
      answer: dataOf(Permission),
      ...change,
      example: { description: 'Reads reports' },
    },
    'DELETE /realms/{realm}/permissions/{name}': {
      id: 'deletePermission',
      summary: 'Delete a permission',
      answer: null,
      query: force,
      conditional: true,
      errors: ['conflict'],
    },
    'GET /realms/{realm}/clients/{id}/roles': {
      id: 'listClientRoles',
      summary: 'List the roles of a client',
      answer: pageOf(Role),
      query: ROLE_QUERY,
    },
    'POST /realms/{realm}/clients/{id}/roles': {
      id: 'createClientRole',
      summary: 'Create a role of a client',
      answer: dataOf(Role),
      ...creation,
      example: { name: 'reader', permissions: [] },
    },
    'GET /realms/{realm}/clients/{id}/permissions': {
      query: smallListQuery(PERMISSION_LIST),
      id: 'listClientPermissions',
      summary: "List a client's catalogue",
      answer: pageOf(Permission),
    },
    'POST /realms/{realm}/clients/{id}/permissions': {
      id: 'createClientPermission',
      summary: "Add a permission to a client's catalogue",
      answer: Permission,
      ...creation,
      example: { name: 'invoices:read' },
    },
    'GET /realms/{realm}/clients/{id}/permissions/{name}': {
      id: 'readClientPermission',
      summary: "Read a client's permission",
      answer: dataOf(Permission),
      tagged: true,
    },
    'PATCH /realms/{realm}/clients/{id}/permissions/{name}': {
      id: 'updateClientPermission',
      summary: "Rename or describe a client's permission",
      answer: dataOf(Permission),
      ...change,
      example: { description: 'Reads invoices' },
    },
    'DELETE /realms/{realm}/clients/{id}/permissions/{name}': {
      id: 'deleteClientPermission',
      summary: "Delete a client's permission",
      answer: null,
      query: force,
      conditional: true,
      errors: ['conflict'],
    },
    'POST /realms/{realm}/clients/{id}/evaluate': {
      id: 'previewToken',
      summary: 'Tell what a token would carry and why, and issue nothing',
      answer: dataOf(TokenPreview),
      example: { scope: 'invoices:read' },
    },
    'GET /realms/{realm}/users/{id}/permissions': {
      query: smallListQuery(HELD_PERMISSION_LIST),
      id: 'listUserPermissions',
      summary: 'List what a user effectively holds, and which roles give it',
      answer: pageOf(EffectivePermission),
    },
    'PATCH /realms/{realm}/users/{id}/roles': {
      id: 'changeUserRoles',
      summary: 'Give and take several roles, all or none',
      answer: null,
      errors: ['conflict'],
      example: { add: ['0197c1f0-0000-7000-8000-000000000001'] },
    },
  },
};
