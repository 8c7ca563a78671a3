import { changesBetween } from '#audit-trail';
import type { AuditEvent, EnsureServiceAccount as Contract, RequestOf } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { newUser, type User } from '../domain/user.js';
import { USER_EXISTS, UserStore, type UserState, type UserTransaction } from '../domain/user-store.js';
import { serviceAccountUsername } from '../domain/username.js';
import { ChangeUser } from './change-user.js';
import { userEvent } from './user-event.js';

type Request = RequestOf<typeof Contract>;

/** How often a call that another one overtook looks again. */
const ATTEMPTS = 3;

/** Makes a client's service account, or brings its name and state up to date. Idempotent. It never has a password. */
@Injectable()
export class EnsureServiceAccount {
  constructor(
    private readonly changeUser: ChangeUser,
    private readonly store: UserStore,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `conflict` when the id asked for belongs to somebody else. */
  async execute(request: Request, context: CallContext): Promise<{ readonly userId: string }> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const userId = await this.attempt(request, context);
        await this.store.flush(context);
        return { userId };
      } catch (error) {
        if (!(error instanceof AppError) || error.reason !== USER_EXISTS || attempt === ATTEMPTS) throw error;
      }
    }
  }

  private async attempt(request: Request, context: CallContext): Promise<string> {
    const { realmId, clientId } = request;
    // Read without a lock, only to know which snapshot to fence; the transaction looks again.
    const present = await this.store.findServiceAccount(realmId, clientId);
    const userId = present?.id ?? request.userId;
    await this.changeUser.execute({ realmId, userId }, context, async (transaction) => {
      // One that is made meanwhile makes the insertion wait and then refuses it, as its id or its client is taken.
      const account = present === null ? null : await transaction.lockServiceAccount(realmId, clientId);
      if (account === null) return this.create(transaction, request, userId, context);
      if (account.id !== userId) throw overtaken();
      return this.update(transaction, account, request, context);
    });
    return userId;
  }

  private async create(
    transaction: UserTransaction,
    { realmId, realmName, clientId, clientIdentifier, enabled }: Request,
    id: string,
    context: CallContext,
  ): Promise<UserState> {
    const now = this.clock.now();
    const username = serviceAccountUsername(clientIdentifier);
    const user = newUser({ id, realmId, realmName, clientId, username, enabled }, now);
    const [added = user] = await transaction.addUsers([user]);
    await transaction.record(userEvent('service_account.created', user, { enabled }, context, now));
    return { version: added.version, user: added };
  }

  private async update(
    transaction: UserTransaction,
    account: User,
    { clientIdentifier, enabled }: Request,
    context: CallContext,
  ): Promise<UserState> {
    const { user, event } = await updateServiceAccount(
      transaction,
      account,
      { clientIdentifier, enabled },
      context,
      this.clock.now(),
    );
    if (event !== null) await transaction.record(event);
    return { version: user.version, user };
  }
}

/**
 * Brings the name and state of a locked account up to date.
 *
 * @returns the account as it is then, and what is to be recorded of it; null when nothing differs.
 */
export async function updateServiceAccount(
  transaction: UserTransaction,
  account: User,
  { clientIdentifier, enabled }: Pick<Request, 'clientIdentifier' | 'enabled'>,
  context: CallContext,
  now: Date,
): Promise<{ readonly user: User; readonly event: AuditEvent | null }> {
  const username = serviceAccountUsername(clientIdentifier);
  const changes = changesBetween({ username: account.username, enabled: account.enabled }, { username, enabled });
  if (Object.keys(changes).length === 0) return { user: account, event: null };
  const user = { ...account, username, enabled, version: await transaction.nextVersion(), updatedAt: now };
  await transaction.saveUser(user);
  return { user, event: userEvent('service_account.updated', user, { changes }, context, now) };
}

function overtaken(): AppError {
  return new AppError('conflict', { detail: 'The service account is being changed.', reason: USER_EXISTS });
}
