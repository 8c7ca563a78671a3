import { Permission as PermissionContract, ROLE_SORTS } from '#contracts';
import { Type } from '@sinclair/typebox';
import { PERMISSION_LIST } from '../../administration/small-lists.js';
import type { ResourceDoc } from '../operation.js';
import { oneOf, Id, orNull, pageOf, PAGING, queryText, Time, smallListQuery } from '../schemas.js';

/** A role as the API shows it. */
export const Role = Type.Object(
  {
    id: Id,
    realm_id: Id,
    client_id: Type.Union([Id, Type.Null()], { description: 'The client whose role it is; null for a realm role.' }),
    name: Type.String(),
    description: orNull(Type.String()),
    permissions: Type.Array(Type.String()),
    created_at: Time,
    updated_at: Time,
  },
  { $id: 'Role' },
);

/** What can be asked of a list of roles. */
export const ROLE_QUERY = {
  ...PAGING,
  search: queryText('Any part of the name, without case.'),
  sort: oneOf(ROLE_SORTS),
  name: queryText('Only the one of this name.'),
};

/** A permission as the API shows it. */
export const Permission = Type.Object(
  {
    bit: PermissionContract.properties.bit,
    name: Type.String(),
    description: orNull(Type.String()),
    built_in: Type.Boolean(),
    reserved: Type.Boolean({ description: 'Listed, but what it opens does not exist yet.' }),
  },
  { $id: 'Permission' },
);

/** Realm-wide roles and the catalogue of permissions. */
export const ROLES: ResourceDoc = {
  name: 'Roles',
  description: 'A role is a named set of permissions.',
  operations: {
    'GET /realms/{realm}/roles': {
      id: 'listRoles',
      summary: 'List realm-wide roles',
      answer: pageOf(Role),
      query: ROLE_QUERY,
    },
    'GET /realms/{realm}/permissions': {
      query: smallListQuery(PERMISSION_LIST),
      id: 'listPermissions',
      summary: 'List the permissions of the realm',
      answer: pageOf(Permission),
    },
  },
};
