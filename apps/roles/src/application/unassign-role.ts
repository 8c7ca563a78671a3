import { auditActor } from '#audit-trail';
import type { RequestOf, UnassignRole as Contract } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { RoleStore } from '../domain/role-store.js';
import { assignmentEvent } from './assignment-event.js';
import { ChangeAssignments } from './change-assignments.js';
import { RemainingAdministrators } from './remaining-administrators.js';
import { lockUsableRole } from './usable-role.js';

/** Takes a role from a user or service account. */
@Injectable()
export class UnassignRole {
  constructor(
    private readonly changeAssignments: ChangeAssignments,
    private readonly store: RoleStore,
    private readonly remaining: RemainingAdministrators,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found` when the subject does not hold it; `conflict` for the last administrator of `master`. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<void> {
    const { actor, realmId, subjectId, roleId } = request;
    const remaining = await this.remaining.without(realmId, [request], [], context);
    await this.changeAssignments.execute(realmId, [subjectId], context, async (transaction, subject) => {
      const taken = await lockUsableRole(transaction, realmId, (lookup) => lookup.findRole(realmId, roleId));
      const held = await transaction.heldBy(subject);
      if (!held.some((one) => one.roleId === roleId)) {
        throw new AppError('not_found', { detail: 'The user does not hold this role.', reason: 'not_assigned' });
      }
      if (remaining !== null) await this.remaining.require(transaction, remaining);
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
