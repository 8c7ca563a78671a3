import { changesBetween } from '#audit-trail';
import type { RequestOf, UpdateRole as Contract } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { requireMayGrant } from '../domain/grant-policy.js';
import type { PermissionCatalogue } from '../domain/permission-catalogue.js';
import { changeRole } from '../domain/role-policy.js';
import { RoleStore } from '../domain/role-store.js';
import type { Role } from '../domain/role.js';
import { AdministerScope } from './administer-scope.js';
import { administrationEvent } from './administration-event.js';
import { requireFreeName } from './create-role.js';
import type { DescribedRole } from './describe-roles.js';
import { presentRole, requireRole } from './present-role.js';

/** Changes a role. However many hold it, one snapshot changes: that of its scope. */
@Injectable()
export class UpdateRole {
  constructor(
    private readonly administer: AdministerScope,
    private readonly store: RoleStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Who edits a role must be able to give it as it was and as it will be.
   *
   * @throws AppError `not_found`, `precondition_failed`, `forbidden`, `validation_failed`, `conflict`.
   */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<DescribedRole> {
    const { actor, realmId, id, changes } = request;
    const { clientId } = await requireRole(this.store, realmId, id);
    return this.administer.execute({ ...request, clientId }, context, async (transaction, locked) => {
      const { scope, catalogue, ownOfRealm } = locked;
      const before = presentRole(locked, request);
      const wanted = changeRole(before, changes, catalogue);
      requireMayGrant(actor, before, ownOfRealm);
      if (wanted === before) return { result: described(before, catalogue), changed: false };
      requireMayGrant(actor, wanted, ownOfRealm);
      if (wanted.name !== before.name) requireFreeName(wanted.name, locked.roles);
      const now = this.clock.now();
      const after: Role = { ...wanted, version: await transaction.nextVersion(), updatedAt: now };
      await transaction.saveRole(after);
      const details = {
        role: after.name,
        changes: changesBetween(audited(before, catalogue), audited(after, catalogue)),
      };
      await transaction.record(
        administrationEvent({ type: 'role.updated', actor, scope, targetId: id, details }, context, now),
      );
      return { result: described(after, catalogue), changed: true };
    });
  }
}

function described(role: Role, catalogue: PermissionCatalogue): DescribedRole {
  return { ...role, permissionNames: catalogue.namesOf(role.mask) };
}

function audited({ name, description, mask }: Role, catalogue: PermissionCatalogue): Record<string, unknown> {
  return { name, description, permissions: catalogue.namesOf(mask) };
}
