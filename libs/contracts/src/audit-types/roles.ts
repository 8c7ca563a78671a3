import { Type } from '@sinclair/typebox';
import { nullable } from '../common.js';
import { auditType, Changes, said } from './audit-type.js';

const SCOPE = {
  scope: said(Type.String(), '`realm`, or the id of the client whose role or permission it is (`client_id` names it)'),
};
const ROLE = { ...SCOPE, role: said(Type.String(), 'its name') };
const PERMISSION = { ...SCOPE, permission: said(Type.String(), 'its name') };
const PERMISSIONS = said(Type.Array(Type.String()), 'names of the permissions that the role gives');
const BIT = said(Type.Integer({ minimum: 0, maximum: 62 }), 'its bit in the masks of its scope');
/** The API whose role it is; none for those of the realm. */
const IN_SCOPE = { clientId: 'sometimes' } as const;

/** Roles, permissions and who holds them. */
export const ROLE_AUDIT_TYPES = {
  'role.created': auditType(
    'A role was created.',
    'role',
    { ...ROLE, description: nullable(Type.String()), permissions: PERMISSIONS },
    IN_SCOPE,
  ),
  'role.updated': auditType(
    'A role changed. Whoever holds it holds what it gives now.',
    'role',
    {
      ...ROLE,
      changes: Changes,
      cause: Type.Optional(said(Type.Literal('permission_deleted'), 'when it lost a permission that was deleted')),
    },
    IN_SCOPE,
  ),
  'role.deleted': auditType(
    'A role was deleted. Nobody holds it any more.',
    'role',
    { ...ROLE, permissions: PERMISSIONS, holders: said(Type.Integer(), 'how many held it') },
    IN_SCOPE,
  ),
  'role.assigned': auditType('Somebody was given a role.', 'role', ROLE, { ...IN_SCOPE, subjectId: 'always' }),
  'role.unassigned': auditType(
    'A role was taken from somebody.',
    'role',
    {
      ...ROLE,
      cause: Type.Optional(
        said(
          Type.Union([Type.Literal('client_deleted'), Type.Literal('user_deleted')]),
          'when it went with its holder',
        ),
      ),
    },
    { ...IN_SCOPE, subjectId: 'always' },
  ),
  'permission.created': auditType(
    'A permission was added to a catalogue.',
    'permission',
    { ...PERMISSION, bit: BIT, description: nullable(Type.String()) },
    IN_SCOPE,
  ),
  'permission.updated': auditType(
    'A permission was renamed or described. Roles hold it by its new name.',
    'permission',
    { ...PERMISSION, bit: BIT, changes: Changes },
    IN_SCOPE,
  ),
  'permission.deleted': auditType(
    'A permission was deleted, and taken from the roles that held it.',
    'permission',
    { ...PERMISSION, bit: BIT, taken_from_roles: said(Type.Integer(), 'how many held it; each has its own event') },
    IN_SCOPE,
  ),
};
