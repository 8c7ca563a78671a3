import { SnapshotWriter } from '#cache';
import { UserSnapshot, userSnapshotKey, type EnsureServiceAccounts as Contract, type RequestOf } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import { requireTimeLeft, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { userState } from '../domain/snapshot-state.js';
import { USER_EXISTS, UserStore } from '../domain/user-store.js';
import { newUser, type User } from '../domain/user.js';
import { serviceAccountUsername } from '../domain/username.js';
import { EnsureServiceAccount } from './ensure-service-account.js';
import { userEvent } from './user-event.js';

type Request = RequestOf<typeof Contract>;

/** Makes many service accounts in one transaction; those that are there already are brought up to date one by one. */
@Injectable()
export class EnsureServiceAccounts {
  constructor(
    private readonly ensureOne: EnsureServiceAccount,
    private readonly store: UserStore,
    private readonly snapshots: SnapshotWriter,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `conflict` when an id asked for belongs to somebody else. */
  async execute(request: Request, context: CallContext): Promise<{ userIds: string[] }> {
    const { realmId, realmName, accounts } = request;
    const present = new Set(
      await this.store.clientsWithAccount(
        realmId,
        accounts.map(({ clientId }) => clientId),
      ),
    );
    const missing = accounts.filter(({ clientId }) => !present.has(clientId));
    const made = new Set(missing.length > 0 && (await this.makeAll(request, missing, context)) ? missing : []);
    const userIds: string[] = [];
    for (const account of accounts) {
      const one = { realmId, realmName, ...account, enabled: true };
      userIds.push(made.has(account) ? account.userId : (await this.ensureOne.execute(one, context)).userId);
    }
    await this.store.flush(context);
    return { userIds };
  }

  /** False when somebody has made one of them meanwhile: then none is made here. */
  private async makeAll(
    { realmId, realmName }: Request,
    accounts: Request['accounts'],
    context: CallContext,
  ): Promise<boolean> {
    const now = this.clock.now();
    const users = accounts.map(({ userId, clientId, clientIdentifier }) =>
      newUser(
        { id: userId, realmId, realmName, clientId, username: serviceAccountUsername(clientIdentifier), enabled: true },
        now,
      ),
    );
    const targets = users.map(({ id }) => ({ contract: UserSnapshot, key: userSnapshotKey(realmId, id) }));
    try {
      await this.snapshots.change(targets, () =>
        this.store.transaction(async (transaction) => {
          const added = await transaction.addUsers(users);
          await transaction.recordAll(
            added.map((user) => userEvent('service_account.created', user, { enabled: true }, context, now)),
          );
          requireTimeLeft(context);
          return { result: undefined, snapshots: added.map(published) };
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof AppError && error.reason === USER_EXISTS) return false;
      throw error;
    }
  }
}

function published(user: User) {
  const key = userSnapshotKey(user.realmId, user.id);
  return { contract: UserSnapshot, key, version: user.version, value: userState(user) };
}
