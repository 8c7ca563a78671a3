import type { CreateUser as Contract, ReplyOf, RequestOf, User as UserReply } from '#contracts';
import { Clock } from '#host';
import { IdempotentCreation, namedCreation, type KeepAnswer } from '#idempotency';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { auditedUser, checkNewPerson } from '../domain/user-changes.js';
import { newUser } from '../domain/user.js';
import { UserStore } from '../domain/user-store.js';
import { ChangeUser } from './change-user.js';
import { userEvent } from './user-event.js';
import { userReply } from './user-reply.js';

type Request = RequestOf<typeof Contract>;

/** Creates a person. They cannot sign in before a password is set. */
@Injectable()
export class CreateUser {
  constructor(
    private readonly changeUser: ChangeUser,
    private readonly store: UserStore,
    private readonly idempotent: IdempotentCreation,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `validation_failed`, `conflict` for a username that is taken, `idempotency_key_reused`. */
  async execute(request: Request, context: CallContext): Promise<ReplyOf<typeof Contract>> {
    const created = await this.idempotent.answer<UserReply>(namedCreation('user', request), (keep) =>
      this.create(request, keep, context),
    );
    await this.store.flush(context);
    return created;
  }

  private async create(request: Request, keep: KeepAnswer<UserReply>, context: CallContext): Promise<UserReply> {
    const { actor, realmId, realmName, username, enabled, email, emailVerified, firstname, lastname } = request;
    const now = this.clock.now();
    const named = newUser({ id: uuidv7(), realmId, realmName, clientId: null, username, enabled }, now);
    const user = { ...named, email, emailVerified, firstname, lastname };
    checkNewPerson(user);
    const state = await this.changeUser.execute({ realmId, userId: user.id }, context, async (transaction) => {
      await transaction.addUser(user);
      const version = await transaction.nextVersion();
      const stored = { ...user, version };
      await transaction.saveUser(stored);
      await transaction.record(userEvent('user.created', stored, { user: auditedUser(stored) }, context, now, actor));
      await keep(transaction, realmId, userReply(stored));
      return { version, user: stored };
    });
    return userReply({ ...user, version: state.version });
  }
}
