import { SnapshotWriter } from '#cache';
import { UserSnapshot, userSnapshotKey } from '#contracts';
import { requireTimeLeft, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { userState } from '../domain/snapshot-state.js';
import { UserStore, type UserAddress, type UserState, type UserTransaction } from '../domain/user-store.js';

/**
 * Changes one user under G2: the snapshot is fenced, the change made, the state it answers published. Also when nothing
 * changes, so that repeating a call whose publishing failed puts the cache right.
 */
@Injectable()
export class ChangeUser {
  constructor(
    private readonly store: UserStore,
    private readonly snapshots: SnapshotWriter,
  ) {}

  execute(
    { realmId, userId }: UserAddress,
    context: CallContext,
    change: (transaction: UserTransaction) => Promise<UserState>,
  ): Promise<UserState> {
    const target = { contract: UserSnapshot, key: userSnapshotKey(realmId, userId) };
    return this.snapshots.change([target], async () => {
      const state = await this.store.transaction(async (transaction) => {
        const changed = await change(transaction);
        requireTimeLeft(context);
        return changed;
      });
      return { result: state, snapshots: [{ ...target, version: state.version, value: userState(state.user) }] };
    });
  }
}
