import { ROLE_SORTS, type ChangeAssignments, type RequestOf, type UpdatePermission, type UpdateRole } from '#contracts';
import { targetOf, type Access } from '../access/access.js';
import type { ListQuery } from '../http/list-query.js';
import { defined } from './dto/defined.js';
import type {
  ChangeAssignmentsDto,
  CreatePermissionDto,
  CreateRoleDto,
  PatchRolePermissionsDto,
  UpdatePermissionDto,
  UpdateRoleDto,
} from './dto/roles.dto.js';

/** Who asks, and of which realm: a part of every request that changes roles. */
export function inRealm(caller: Access) {
  const { id: realmId, name: realmName } = targetOf(caller);
  return { actor: caller.actor, realmId, realmName };
}

/** What is asked of a list of roles. */
export function roleQuery(query: ListQuery) {
  return {
    page: query.page(),
    search: query.text('search') ?? null,
    ...defined({ sort: query.oneOf('sort', ROLE_SORTS), name: query.text('name') }),
  };
}

/** What a new permission is asked for with. */
export function newPermission(body: CreatePermissionDto) {
  return { name: body.name, description: body.description ?? null };
}

/** What a new role is asked for with. */
export function newRole(body: CreateRoleDto) {
  return { name: body.name, description: body.description ?? null, permissions: body.permissions ?? [] };
}

/** What the body changes of a permission. */
export function permissionChanges(body: UpdatePermissionDto): RequestOf<typeof UpdatePermission>['changes'] {
  return defined({ name: body.name, description: body.description });
}

/** What the body changes of a role. */
export function roleChanges(
  body: UpdateRoleDto & Pick<PatchRolePermissionsDto, 'add' | 'remove'>,
): RequestOf<typeof UpdateRole>['changes'] {
  return defined({
    name: body.name,
    description: body.description,
    permissions: body.permissions,
    addPermissions: body.add,
    removePermissions: body.remove,
  });
}

/** What the body gives and takes; `pair` completes each id. */
export function assignmentChanges(
  body: ChangeAssignmentsDto,
  pair: (id: string) => { subjectId: string; roleId: string },
): Pick<RequestOf<typeof ChangeAssignments>, 'add' | 'remove'> {
  return { add: (body.add ?? []).map(pair), remove: (body.remove ?? []).map(pair) };
}
