import { AppError } from '#errors';
import { Injectable } from '@nestjs/common';
import type { User } from '../domain/user.js';
import { UserStore, type UserAddress } from '../domain/user-store.js';

/** Reads a user by id. */
@Injectable()
export class ReadUser {
  constructor(private readonly store: UserStore) {}

  /** @throws AppError `not_found`. */
  async execute(address: UserAddress): Promise<User> {
    const user = await this.store.findUser(address);
    if (user === null)
      throw new AppError('not_found', { detail: 'The realm has no such user.', reason: 'unknown_user' });
    return user;
  }
}
