import type { RemoveServiceAccount as Contract, RequestOf } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { UserStore } from '../domain/user-store.js';
import { ChangeUser } from './change-user.js';
import { userEvent } from './user-event.js';

/** Removes a client's service account. Idempotent. */
@Injectable()
export class RemoveServiceAccount {
  constructor(
    private readonly changeUser: ChangeUser,
    private readonly store: UserStore,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `unavailable` when another one took its place meanwhile. */
  async execute({ realmId, clientId }: RequestOf<typeof Contract>, context: CallContext): Promise<void> {
    const userId = await this.userIdOf(realmId, clientId);
    if (userId === null) return;
    const address = { realmId, userId };
    await this.changeUser.execute(address, context, async (transaction) => {
      const account = await transaction.lockServiceAccount(realmId, clientId);
      // Removed already; the removal is published once more.
      if (account === null) return transaction.stateOf(address);
      if (account.id !== userId) {
        throw new AppError('unavailable', { detail: 'The service account is being changed.', reason: 'overtaken' });
      }
      const version = await transaction.nextVersion();
      await transaction.removeUser(account, version);
      await transaction.record(userEvent('service_account.deleted', account, {}, context, this.clock.now()));
      return { version, user: null };
    });
    await this.store.flush(context);
  }

  private async userIdOf(realmId: string, clientId: string): Promise<string | null> {
    const present = await this.store.findServiceAccount(realmId, clientId);
    if (present !== null) return present.id;
    const removed = await this.store.findRemovedServiceAccount(realmId, clientId);
    return removed?.userId ?? null;
  }
}
