import { Module } from '@nestjs/common';
import { AssignRole } from './application/assign-role.js';
import { ChangeAssignments } from './application/change-assignments.js';
import { ChangeScopes } from './application/change-scopes.js';
import { EnsureRoleAssignment } from './application/ensure-role-assignment.js';
import { ListPermissions } from './application/list-permissions.js';
import { ListRoles } from './application/list-roles.js';
import { ListSubjectRoles } from './application/list-subject-roles.js';
import { LoadAssignments } from './application/load-assignments.js';
import { LoadRoleScopes } from './application/load-role-scopes.js';
import { NameRealm } from './application/name-realm.js';
import { ProvisionRealmRoles } from './application/provision-realm-roles.js';
import { RemoveClientRoles } from './application/remove-client-roles.js';
import { RemoveRealmRoles } from './application/remove-realm-roles.js';
import { UnassignRole } from './application/unassign-role.js';
import { RoleStore } from './domain/role-store.js';
import { TypeOrmRoleStore } from './infrastructure/persistence/typeorm-role-store.js';
import { AssignmentController } from './transport/assignment.controller.js';
import { CatalogueController } from './transport/catalogue.controller.js';
import { ProvisioningController } from './transport/provisioning.controller.js';
import { SnapshotController } from './transport/snapshot.controller.js';

/** Composition root of the roles service. */
@Module({
  controllers: [AssignmentController, CatalogueController, ProvisioningController, SnapshotController],
  providers: [
    AssignRole,
    ChangeAssignments,
    ChangeScopes,
    EnsureRoleAssignment,
    ListPermissions,
    ListRoles,
    ListSubjectRoles,
    LoadAssignments,
    LoadRoleScopes,
    NameRealm,
    ProvisionRealmRoles,
    RemoveClientRoles,
    RemoveRealmRoles,
    UnassignRole,
    { provide: RoleStore, useClass: TypeOrmRoleStore },
  ],
})
export class RolesModule {}
