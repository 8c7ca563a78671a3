import type { RequestOf, VerifyPassword as Contract } from '#contracts';
import { AppError } from '#errors';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { BoundedWork } from '../domain/bounded-work.js';
import { PasswordHasher } from '../domain/password-hasher.js';
import { PasswordObserver } from '../domain/password-observer.js';
import { verdictOf, type PasswordVerdict } from '../domain/password-verdict.js';
import { UserStore } from '../domain/user-store.js';

/**
 * Checks a password. Whoever is asked for, the same steps are taken: one lookup, one comparison (with a hash of nobody's
 * when there is none), and only then a verdict, so that neither the answer nor its time tells who exists.
 */
@Injectable()
export class VerifyPassword {
  constructor(
    private readonly store: UserStore,
    private readonly hasher: PasswordHasher,
    private readonly hashing: BoundedWork,
    private readonly observer: PasswordObserver,
  ) {}

  /** @throws AppError `overloaded` before anything is looked up, when too many passwords wait to be hashed. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<PasswordVerdict> {
    try {
      const verdict = await this.hashing.run(context.signal, () => this.check(request));
      this.observer.checked(verdict);
      return verdict;
    } catch (error) {
      if (error instanceof AppError && error.code === 'overloaded') this.observer.shed();
      throw error;
    }
  }

  private async check({ realmId, username, password }: RequestOf<typeof Contract>): Promise<PasswordVerdict> {
    const account = await this.store.findAccount(realmId, username);
    const matches = await this.hasher.verify(account?.passwordHash ?? null, password);
    return verdictOf(account, matches);
  }
}
