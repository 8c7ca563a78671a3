import type { ReadServiceAccount as Contract, RequestOf } from '#contracts';
import { AppError } from '#errors';
import { Injectable } from '@nestjs/common';
import type { User } from '../domain/user.js';
import { UserStore } from '../domain/user-store.js';

/** Reads the service account of a client. */
@Injectable()
export class ReadServiceAccount {
  constructor(private readonly store: UserStore) {}

  /** @throws AppError `not_found`. */
  async execute({ realmId, clientId }: RequestOf<typeof Contract>): Promise<User> {
    const user = await this.store.findServiceAccount(realmId, clientId);
    if (user !== null) return user;
    throw new AppError('not_found', { detail: 'The client has no service account.', reason: 'no_service_account' });
  }
}
