import type { Actor, Role } from '#contracts';
import { IdempotentCreation, KeptAnswers } from '#idempotency';
import { AdministerScope } from '../application/administer-scope.js';
import { ChangeAssignments } from '../application/change-assignments.js';
import { ChangeManyAssignments } from '../application/change-many-assignments.js';
import { ChangeScopes } from '../application/change-scopes.js';
import { CreatePermission } from '../application/create-permission.js';
import { CreateRole } from '../application/create-role.js';
import { DeletePermission } from '../application/delete-permission.js';
import { DeleteRole } from '../application/delete-role.js';
import type { DescribedRole } from '../application/describe-roles.js';
import { ExplainSubject } from '../application/explain-subject.js';
import { ListRoleHolders } from '../application/list-role-holders.js';
import { PreviewRoleChange } from '../application/preview-role-change.js';
import { ReadRole } from '../application/read-role.js';
import { RenameClientRoles } from '../application/rename-client-roles.js';
import { UpdatePermission } from '../application/update-permission.js';
import { UpdateRole } from '../application/update-role.js';
import type { RoleStore } from '../domain/role-store.js';
import { RolesHarness, SYSTEM } from './roles-harness.js';

/** Where a test works. */
export interface Place {
  readonly realmId: string;
  readonly client?: { readonly id: string; readonly clientId: string };
}

type RoleChanges = Parameters<UpdateRole['execute']>[0]['changes'];

/** The use cases that administer roles, over the same store and doubles as `RolesHarness`. */
export class AdministrationHarness extends RolesHarness {
  readonly createPermission: CreatePermission;
  readonly updatePermission: UpdatePermission;
  readonly deletePermission: DeletePermission;
  readonly createRole: CreateRole;
  readonly readRole: ReadRole;
  readonly updateRole: UpdateRole;
  readonly deleteRole: DeleteRole;
  readonly changeManyAssignments: ChangeManyAssignments;
  readonly listRoleHolders: ListRoleHolders;
  readonly explainSubject: ExplainSubject;
  readonly previewRoleChange: PreviewRoleChange;
  readonly renameClientRoles: RenameClientRoles;

  constructor(store: RoleStore, answers: KeptAnswers = new NoAnswers()) {
    super(store);
    const idempotent = new IdempotentCreation(answers, this.clock);
    const administer = new AdministerScope(store, this.snapshots);
    this.createPermission = new CreatePermission(administer, idempotent, this.clock);
    this.updatePermission = new UpdatePermission(administer, this.clock);
    this.deletePermission = new DeletePermission(administer, this.clock);
    this.createRole = new CreateRole(administer, idempotent, this.clock);
    this.readRole = new ReadRole(store);
    this.updateRole = new UpdateRole(administer, store, this.clock);
    this.deleteRole = new DeleteRole(administer, store, this.clock);
    this.changeManyAssignments = new ChangeManyAssignments(
      new ChangeAssignments(store, this.snapshots),
      store,
      this.remaining,
      this.users,
      this.clock,
    );
    this.listRoleHolders = new ListRoleHolders(store, this.users);
    this.explainSubject = new ExplainSubject(store);
    this.previewRoleChange = new PreviewRoleChange(store, this.users);
    this.renameClientRoles = new RenameClientRoles(new ChangeScopes(store, this.snapshots));
  }

  /** Adds a permission and answers its bit. */
  async permission({ realmId, client }: Place, name: string, actor: Actor = SYSTEM): Promise<number> {
    const request = { actor, realmId, realmName: 'said', client: client ?? null, name, description: null };
    return (await this.createPermission.execute(request, this.context)).bit;
  }

  dropPermission({ realmId, client }: Place, name: string, force = false, actor: Actor = SYSTEM): Promise<void> {
    const request = { actor, realmId, realmName: 'said', clientId: client?.id ?? null, name, force };
    return this.deletePermission.execute(request, this.context);
  }

  role({ realmId, client }: Place, name: string, permissions: readonly string[], actor: Actor = SYSTEM): Promise<Role> {
    const facts = { name, description: null, permissions: [...permissions] };
    return this.createRole.execute(
      { actor, realmId, realmName: 'said', client: client ?? null, ...facts },
      this.context,
    );
  }

  change(
    realmId: string,
    id: string,
    changes: RoleChanges,
    actor: Actor = SYSTEM,
    ifVersion: number | null = null,
  ): Promise<DescribedRole> {
    return this.updateRole.execute({ actor, realmId, realmName: 'said', id, ifVersion, changes }, this.context);
  }

  dropRole(realmId: string, id: string, actor: Actor = SYSTEM, ifVersion: number | null = null): Promise<void> {
    return this.deleteRole.execute({ actor, realmId, realmName: 'said', id, ifVersion }, this.context);
  }
}

/** Remembers no answers, for tests that name no creation. */
class NoAnswers extends KeptAnswers {
  find(): Promise<null> {
    return Promise.resolve(null);
  }

  forget(): Promise<void> {
    return Promise.resolve();
  }
}
