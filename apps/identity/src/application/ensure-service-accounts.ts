import { SnapshotWriter } from '#cache';
import {
  UserSnapshot,
  userSnapshotKey,
  type AuditEvent,
  type EnsureServiceAccounts as Contract,
  type RequestOf,
} from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import { requireTimeLeft, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { userState } from '../domain/snapshot-state.js';
import { USER_EXISTS, UserStore } from '../domain/user-store.js';
import { newUser, type User } from '../domain/user.js';
import { serviceAccountUsername } from '../domain/username.js';
import { EnsureServiceAccount, updateServiceAccount } from './ensure-service-account.js';
import { userEvent } from './user-event.js';

type Request = RequestOf<typeof Contract>;

/** Makes many service accounts in one transaction, and brings those that are there already up to date in another. */
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
    const present = await this.store.serviceAccountIds(
      realmId,
      accounts.map(({ clientId }) => clientId),
    );
    const missing = accounts.filter(({ clientId }) => !present.has(clientId));
    const done = new Map<string, string>();
    if (missing.length > 0 && (await this.makeAll(request, missing, context))) {
      for (const { clientId, userId } of missing) done.set(clientId, userId);
    }
    for (const { id, clientId } of await this.updateAll(request, present, context)) {
      if (clientId !== null) done.set(clientId, id);
    }
    const userIds: string[] = [];
    for (const account of accounts) {
      const one = { realmId, realmName, enabled: true, ...account };
      // Made or removed by somebody else meanwhile.
      userIds.push(done.get(account.clientId) ?? (await this.ensureOne.execute(one, context)).userId);
    }
    await this.store.flush(context);
    return { userIds };
  }

  /** Those that were there and still are. What does not change is published as well: an earlier call may not have come so far. */
  private async updateAll(
    { realmId, accounts }: Request,
    present: ReadonlyMap<string, string>,
    context: CallContext,
  ): Promise<readonly User[]> {
    if (present.size === 0) return [];
    const wanted = new Map(accounts.map((account) => [account.clientId, account]));
    const targets = [...present.values()].map((id) => ({ contract: UserSnapshot, key: userSnapshotKey(realmId, id) }));
    const now = this.clock.now();
    return this.snapshots.change(targets, () =>
      this.store.transaction(async (transaction) => {
        const users: User[] = [];
        const events: AuditEvent[] = [];
        for (const account of await transaction.lockServiceAccounts(realmId, [...present.keys()])) {
          const { clientIdentifier, enabled = true } = wanted.get(account.clientId ?? '') ?? {};
          // Another one than that whose snapshot is fenced was made meanwhile.
          if (clientIdentifier === undefined || present.get(account.clientId ?? '') !== account.id) continue;
          const facts = { clientIdentifier, enabled };
          const { user, event } = await updateServiceAccount(transaction, account, facts, context, now);
          users.push(user);
          if (event !== null) events.push(event);
        }
        await transaction.recordAll(events);
        requireTimeLeft(context);
        return { result: users, snapshots: users.map(published) };
      }),
    );
  }

  /** False when somebody has made one of them meanwhile: then none is made here. */
  private async makeAll(
    { realmId, realmName }: Request,
    accounts: Request['accounts'],
    context: CallContext,
  ): Promise<boolean> {
    const now = this.clock.now();
    const users = accounts.map(({ userId, clientId, clientIdentifier, enabled = true }) =>
      newUser(
        { id: userId, realmId, realmName, clientId, username: serviceAccountUsername(clientIdentifier), enabled },
        now,
      ),
    );
    const targets = users.map(({ id }) => ({ contract: UserSnapshot, key: userSnapshotKey(realmId, id) }));
    try {
      await this.snapshots.change(targets, () =>
        this.store.transaction(async (transaction) => {
          const added = await transaction.addUsers(users);
          await transaction.recordAll(
            added.map((user) => userEvent('service_account.created', user, { enabled: user.enabled }, context, now)),
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
