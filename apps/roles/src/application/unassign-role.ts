import { auditActor } from '#audit-trail';
import { MASTER_REALM, type RequestOf, type UnassignRole as Contract } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { RoleStore, type RoleTransaction } from '../domain/role-store.js';
import { ADMIN_ROLE } from '../domain/role.js';
import { assignmentEvent } from './assignment-event.js';
import { ChangeAssignments } from './change-assignments.js';
import { lockUsableRole, type UsableRole } from './usable-role.js';

/** Takes a role from a user or service account. */
@Injectable()
export class UnassignRole {
  constructor(
    private readonly changeAssignments: ChangeAssignments,
    private readonly store: RoleStore,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found` when the subject does not hold it; `conflict` for the last administrator of `master`. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<void> {
    const { actor, realmId, subjectId, roleId } = request;
    await this.changeAssignments.execute(realmId, [subjectId], context, async (transaction, subject) => {
      const taken = await lockUsableRole(transaction, realmId, (lookup) => lookup.findRole(realmId, roleId));
      const held = await transaction.heldBy(subject);
      if (!held.some((one) => one.roleId === roleId)) {
        throw new AppError('not_found', { detail: 'The user does not hold this role.', reason: 'not_assigned' });
      }
      await keepAnAdministrator(transaction, taken);
      const now = this.clock.now();
      await transaction.unassign(subject, [roleId]);
      await transaction.record(
        assignmentEvent(
          { type: 'role.unassigned', actor: auditActor(actor), peer: actor.peer, subjectId, granted: taken },
          context,
          now,
        ),
      );
      return subject;
    });
    await this.store.flush(context);
  }
}

/** Without a holder of `admin` in `master` nobody could ever give it back. */
export async function keepAnAdministrator(transaction: RoleTransaction, { realm, role }: UsableRole): Promise<void> {
  if (realm.realmName !== MASTER_REALM || role.clientId !== null || role.name !== ADMIN_ROLE) return;
  await transaction.lockHolders(role.realmId, role.id);
  if ((await transaction.countHolders(role.realmId, role.id)) > 1) return;
  throw new AppError('conflict', {
    detail: `The last holder of ${ADMIN_ROLE} in ${MASTER_REALM} keeps it: give it to somebody else first.`,
    reason: 'last_administrator',
  });
}
