import { GuardAccount, MASTER_REALM, WithdrawAdministrator, type Actor } from '#contracts';
import { AppError } from '#errors';
import { MessageClient, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import type { User } from '../domain/user.js';
import { UserStore, type UserAddress } from '../domain/user-store.js';

/** What an administrator asks to be done to whom. */
export interface AccountRequest {
  readonly actor: Actor;
  readonly realmId: string;
  readonly realmName: string;
  readonly id: string;
}

/** What has to be asked before an account is changed, of those who know who holds what. Never within a transaction. */
@Injectable()
export class AccountAuthority {
  constructor(
    private readonly store: UserStore,
    private readonly messages: MessageClient,
  ) {}

  /** The person who is meant. @throws AppError `not_found`, `conflict` for a service account. */
  async person({ realmId, id }: AccountRequest): Promise<User> {
    return requirePerson(await this.store.findUser({ realmId, userId: id }));
  }

  /** Refuses the account to whoever holds less than it. @throws AppError `forbidden`, `unavailable`. */
  async guard({ actor, realmId, id }: AccountRequest, context: CallContext): Promise<void> {
    await this.messages.call(GuardAccount, { actor, realmId, subjectId: id }, context);
  }

  /**
   * Announces that somebody will not be able to sign in any more. Only `master` has to keep an administrator.
   *
   * @throws AppError `conflict` for the last one, `unavailable`.
   */
  async withdraw({ realmId, realmName, id }: AccountRequest, context: CallContext): Promise<void> {
    if (realmName !== MASTER_REALM) return;
    await this.messages.call(WithdrawAdministrator, { realmId, subjectId: id }, context);
  }
}

/** The address of who is meant. */
export function addressOf({ realmId, id }: AccountRequest): UserAddress {
  return { realmId, userId: id };
}

/** @throws AppError `not_found`, `conflict` for a service account: it follows its client in everything, `enabled` too. */
export function requirePerson(user: User | null): User {
  if (user === null) throw new AppError('not_found', { detail: 'The realm has no such user.', reason: 'unknown_user' });
  if (user.clientId === null) return user;
  throw new AppError('conflict', {
    detail:
      'This is the service account of a client: it has no password, and but for `enabled` it changes and goes with the client.',
    reason: 'service_account',
  });
}

/** Optimistic concurrency (RFC 9110 §13.1.1). @throws AppError `precondition_failed`; null asks for no particular version. */
export function checkVersion(ifVersion: number | null, { version }: User): void {
  if (ifVersion === null || ifVersion === version) return;
  throw new AppError('precondition_failed', { detail: 'It was changed since it was read.', reason: 'version_differs' });
}
