import type { RequestOf, WithdrawAdministrator as Contract } from '#contracts';
import { Clock } from '#host';
import { requireTimeLeft, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { RoleStore } from '../domain/role-store.js';
import { RemainingAdministrators } from './remaining-administrators.js';

/**
 * How long somebody does not count after identity has announced that they can no longer sign in. Longer than that change and a
 * check that began before it can take together (their deadlines), with room for clocks that differ.
 */
const WITHDRAWN_MS = 30_000;

/**
 * Lets a user of `master` go who will not be able to sign in any more. The note is made even for somebody who is no administrator:
 * they may become one before identity has done what it announced.
 */
@Injectable()
export class WithdrawAdministrator {
  constructor(
    private readonly store: RoleStore,
    private readonly remaining: RemainingAdministrators,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `conflict` for the last administrator. */
  async execute({ realmId, subjectId }: RequestOf<typeof Contract>, context: CallContext): Promise<void> {
    const remaining = await this.remaining.withoutUser(realmId, subjectId, context);
    if (remaining === null) return;
    await this.store.transaction(async (transaction) => {
      const subject = await transaction.lockSubject({ realmId, subjectId });
      const held = await transaction.heldBy(subject);
      if (held.some(({ roleId }) => roleId === remaining.roleId)) {
        await this.remaining.require(transaction, remaining);
      }
      await transaction.saveSubject({
        ...subject,
        withdrawnUntil: new Date(this.clock.now().getTime() + WITHDRAWN_MS),
      });
      requireTimeLeft(context);
    });
  }
}
