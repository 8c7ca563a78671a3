import type { DeleteRole as Contract, RequestOf } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { requireMayGrant } from '../domain/grant-policy.js';
import { checkDeletableRole } from '../domain/role-policy.js';
import { RoleStore } from '../domain/role-store.js';
import { AdministerScope } from './administer-scope.js';
import { administrationEvent } from './administration-event.js';
import { presentRole, requireRole } from './present-role.js';

/**
 * Deletes a role. Its scope's snapshot no longer knows it, so no token carries it from then on; the snapshots of those who held
 * it need no change.
 */
@Injectable()
export class DeleteRole {
  constructor(
    private readonly administer: AdministerScope,
    private readonly store: RoleStore,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found`, `precondition_failed`, `forbidden`, `conflict` for a built-in role. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<void> {
    const { actor, realmId, id } = request;
    const { clientId } = await requireRole(this.store, realmId, id);
    await this.administer.execute({ ...request, clientId }, context, async (transaction, locked) => {
      const { scope, catalogue, ownOfRealm } = locked;
      const role = presentRole(locked, request);
      checkDeletableRole(role);
      requireMayGrant(actor, role, ownOfRealm);
      const holders = await transaction.countHolders(realmId, id);
      await transaction.removeRole(realmId, id);
      const details = { role: role.name, permissions: [...catalogue.namesOf(role.mask)], holders };
      await transaction.record(
        administrationEvent({ type: 'role.deleted', actor, scope, targetId: id, details }, context, this.clock.now()),
      );
      return { result: undefined, changed: true };
    });
  }
}
