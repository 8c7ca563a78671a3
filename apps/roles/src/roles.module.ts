import { SqlKeptAnswers } from '#database';
import { Clock } from '#host';
import { IdempotentCreation, KeptAnswers } from '#idempotency';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AdministerScope } from './application/administer-scope.js';
import { ApplyRoleConfiguration } from './application/apply-role-configuration.js';
import { AssignRole } from './application/assign-role.js';
import { ChangeAssignments } from './application/change-assignments.js';
import { ChangeManyAssignments } from './application/change-many-assignments.js';
import { ChangeScopes } from './application/change-scopes.js';
import { CheckClientRoles } from './application/check-client-roles.js';
import { CreatePermission } from './application/create-permission.js';
import { CreateRole } from './application/create-role.js';
import { DeletePermission } from './application/delete-permission.js';
import { DeleteRole } from './application/delete-role.js';
import { EnsureRoleAssignment } from './application/ensure-role-assignment.js';
import { ExportRoleConfiguration } from './application/export-role-configuration.js';
import { ExplainSubject } from './application/explain-subject.js';
import { ListPermissions } from './application/list-permissions.js';
import { ListRoleHolders } from './application/list-role-holders.js';
import { ListRoles } from './application/list-roles.js';
import { ListSubjectRoles } from './application/list-subject-roles.js';
import { LoadAssignments } from './application/load-assignments.js';
import { GuardAccount } from './application/guard-account.js';
import { RemainingAdministrators } from './application/remaining-administrators.js';
import { RemoveSubjectRoles } from './application/remove-subject-roles.js';
import { WithdrawAdministrator } from './application/withdraw-administrator.js';
import { LoadRoleScopes } from './application/load-role-scopes.js';
import { NameRealm } from './application/name-realm.js';
import { PreviewRoleChange } from './application/preview-role-change.js';
import { ProvisionRealmRoles } from './application/provision-realm-roles.js';
import { ReadRoleModel } from './application/read-role-model.js';
import { ReadPermission } from './application/read-permission.js';
import { ReadRole } from './application/read-role.js';
import { RemoveClientRoles } from './application/remove-client-roles.js';
import { RemoveRealmRoles } from './application/remove-realm-roles.js';
import { RenameClientRoles } from './application/rename-client-roles.js';
import { RetireClientRoles } from './application/retire-client-roles.js';
import { StoreRolePlan } from './application/store-role-plan.js';
import { UnassignRole } from './application/unassign-role.js';
import { UpdatePermission } from './application/update-permission.js';
import { UpdateRole } from './application/update-role.js';
import { RoleStore } from './domain/role-store.js';
import { TypeOrmRoleStore } from './infrastructure/persistence/typeorm-role-store.js';
import { AccountController } from './transport/account.controller.js';
import { AssignmentController } from './transport/assignment.controller.js';
import { AuthorityController } from './transport/authority.controller.js';
import { CatalogueController } from './transport/catalogue.controller.js';
import { ConfigurationController } from './transport/configuration.controller.js';
import { ProvisioningController } from './transport/provisioning.controller.js';
import { RoleController } from './transport/role.controller.js';
import { SnapshotController } from './transport/snapshot.controller.js';

/** Composition root of the roles service. */
@Module({
  controllers: [
    AccountController,
    AssignmentController,
    AuthorityController,
    CatalogueController,
    ConfigurationController,
    ProvisioningController,
    RoleController,
    SnapshotController,
  ],
  providers: [
    AdministerScope,
    ApplyRoleConfiguration,
    AssignRole,
    ChangeAssignments,
    ChangeManyAssignments,
    ChangeScopes,
    CheckClientRoles,
    CreatePermission,
    CreateRole,
    DeletePermission,
    DeleteRole,
    EnsureRoleAssignment,
    ExplainSubject,
    GuardAccount,
    ExportRoleConfiguration,
    ListPermissions,
    ListRoleHolders,
    ListRoles,
    ListSubjectRoles,
    LoadAssignments,
    LoadRoleScopes,
    NameRealm,
    PreviewRoleChange,
    ProvisionRealmRoles,
    ReadPermission,
    ReadRole,
    ReadRoleModel,
    RemoveClientRoles,
    RemainingAdministrators,
    RemoveRealmRoles,
    RemoveSubjectRoles,
    RenameClientRoles,
    RetireClientRoles,
    StoreRolePlan,
    UnassignRole,
    UpdatePermission,
    UpdateRole,
    WithdrawAdministrator,
    { provide: RoleStore, useClass: TypeOrmRoleStore },
    {
      provide: KeptAnswers,
      inject: [DataSource],
      useFactory: (data: DataSource) => new SqlKeptAnswers(data, 'roles'),
    },
    {
      provide: IdempotentCreation,
      inject: [KeptAnswers, Clock],
      useFactory: (answers: KeptAnswers, clock: Clock) => new IdempotentCreation(answers, clock),
    },
  ],
})
export class RolesModule {}
