import { auditActor } from '#audit-trail';
import { SnapshotReader } from '#cache';
import { REALM_SCOPE, UserSnapshot, userSnapshotKey, type AssignRole as Contract, type RequestOf } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { requireMayGrant } from '../domain/grant-policy.js';
import { RoleStore } from '../domain/role-store.js';
import { assignmentEvent } from './assignment-event.js';
import { ChangeAssignments } from './change-assignments.js';
import { lockUsableRole, requirePresent } from './usable-role.js';

/** Gives a role to a user or service account. Idempotent. */
@Injectable()
export class AssignRole {
  constructor(
    private readonly changeAssignments: ChangeAssignments,
    private readonly store: RoleStore,
    private readonly snapshots: SnapshotReader,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found` for the subject or the role; `forbidden` when the actor may not give the role. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<void> {
    const { actor, realmId, subjectId, roleId } = request;
    // Before the transaction, which must not wait for another service. Who is deleted in between is found there.
    const user = await this.snapshots.read(UserSnapshot, userSnapshotKey(realmId, subjectId), context);
    if (user === null) {
      throw new AppError('not_found', { detail: 'The realm has no such user.', reason: 'unknown_subject' });
    }
    await this.changeAssignments.execute(realmId, [subjectId], context, async (transaction, subject) => {
      requirePresent(subject);
      const granted = await lockUsableRole(transaction, realmId, (lookup) => lookup.findRole(realmId, roleId));
      const { permissions } = await transaction.contentsOf({ realmId, scope: REALM_SCOPE });
      requireMayGrant(actor, granted.role, permissions);
      const held = await transaction.heldBy(subject);
      if (held.some((one) => one.roleId === roleId)) return null;
      const now = this.clock.now();
      await transaction.assign(subject, roleId, now);
      await transaction.record(
        assignmentEvent(
          { type: 'role.assigned', actor: auditActor(actor), peer: actor.peer, subjectId, granted },
          context,
          now,
        ),
      );
      return subject;
    });
    await this.store.flush(context);
  }
}
