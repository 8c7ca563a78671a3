import type { DatabaseDescription } from '#database';
import { AssignmentEntity } from './assignment.entity.js';
import { CreateRoles20260101000000 } from './migrations/20260101000000-create-roles.js';
import { PermissionEntity } from './permission.entity.js';
import { RoleEntity } from './role.entity.js';
import { ScopeEntity } from './scope.entity.js';
import { SubjectEntity } from './subject.entity.js';

/** The roles service's part of the database. */
export const rolesDatabase: DatabaseDescription = {
  schema: 'roles',
  entities: [ScopeEntity, PermissionEntity, RoleEntity, SubjectEntity, AssignmentEntity],
  migrations: [CreateRoles20260101000000],
};
