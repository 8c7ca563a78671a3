import type { RemoveSubjectRoles as Contract, RequestOf } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { RoleStore } from '../domain/role-store.js';
import { ChangeAssignments } from './change-assignments.js';
import { recordTaken } from './record-taken.js';

/**
 * Takes everything from a user that was deleted. Idempotent. The subject stays as a row that says so, because somebody may be
 * about to give a role to a user whom they still saw.
 */
@Injectable()
export class RemoveSubjectRoles {
  constructor(
    private readonly changeAssignments: ChangeAssignments,
    private readonly store: RoleStore,
    private readonly clock: Clock,
  ) {}

  async execute({ realmId, subjectId }: RequestOf<typeof Contract>, context: CallContext): Promise<void> {
    await this.changeAssignments.execute(realmId, [subjectId], context, async (transaction, subject) => {
      const taken = await transaction.heldBy(subject);
      if (taken.length === 0 && subject.removed) return null;
      await transaction.unassign(
        subject,
        taken.map(({ roleId }) => roleId),
      );
      for (const held of taken) {
        await recordTaken(transaction, subject, held, 'user_deleted', context, this.clock.now());
      }
      return { ...subject, removed: true };
    });
    await this.store.flush(context);
  }
}
