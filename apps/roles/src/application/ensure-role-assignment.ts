import { REALM_SCOPE, type EnsureRoleAssignment as Contract, type RequestOf } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { RoleStore } from '../domain/role-store.js';
import { assignmentEvent, SYSTEM_ACTOR } from './assignment-event.js';
import { ChangeAssignments } from './change-assignments.js';
import { lockUsableRole } from './usable-role.js';

/**
 * Gives a role of the realm to a subject, once: this runs at every start, and what an administrator has taken away since
 * must not come back by itself.
 */
@Injectable()
export class EnsureRoleAssignment {
  constructor(
    private readonly changeAssignments: ChangeAssignments,
    private readonly store: RoleStore,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found` for a role that the realm does not have. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<void> {
    const { realmId, subjectId, roleName } = request;
    await this.changeAssignments.execute(realmId, [subjectId], context, async (transaction, subject) => {
      const granted = await lockUsableRole(transaction, realmId, async (lookup) => {
        const { roles } = await lookup.contentsOf({ realmId, scope: REALM_SCOPE });
        return roles.find(({ name }) => name === roleName) ?? null;
      });
      const { role } = granted;
      if (subject.ensuredRoleIds.includes(role.id)) return null;
      const ensured = { ...subject, ensuredRoleIds: [...subject.ensuredRoleIds, role.id] };
      const held = await transaction.heldBy(subject);
      if (held.some(({ roleId }) => roleId === role.id)) return ensured;
      const now = this.clock.now();
      await transaction.assign(subject, role.id, now);
      await transaction.record(
        assignmentEvent({ type: 'role.assigned', actor: SYSTEM_ACTOR, peer: null, subjectId, granted }, context, now),
      );
      return ensured;
    });
    await this.store.flush(context);
  }
}
