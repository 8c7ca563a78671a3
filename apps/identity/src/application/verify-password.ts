import type { RequestOf, VerifyPassword as Contract } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { BoundedWork } from '../domain/bounded-work.js';
import { PasswordHasher } from '../domain/password-hasher.js';
import { PasswordObserver } from '../domain/password-observer.js';
import { verdictOf, type PasswordVerdict } from '../domain/password-verdict.js';
import { SignInLimits } from '../domain/sign-in-limits.js';
import { UserStore } from '../domain/user-store.js';
import { usernameKey } from '../domain/username.js';

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
    private readonly limits: SignInLimits,
    private readonly observer: PasswordObserver,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws AppError `overloaded` before anything is looked up, when too many passwords wait to be hashed; `too_many_requests` when too
   *   many were wrong in a row.
   */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<PasswordVerdict> {
    try {
      const verdict = await this.hashing.run(context.signal, () => this.limited(request));
      this.observer.checked(verdict);
      return verdict;
    } catch (error) {
      if (error instanceof AppError && error.code === 'overloaded') this.observer.shed();
      if (error instanceof AppError && error.code === 'too_many_requests') this.observer.slowed();
      throw error;
    }
  }

  /** In its turn, so that those who wait for theirs do not count as failures meanwhile. */
  private async limited(request: RequestOf<typeof Contract>): Promise<PasswordVerdict> {
    const { realmId, username, ip = null } = request;
    const attempt = this.limits.begin(realmId, usernameKey(username), ip, this.clock.now().getTime());
    if (typeof attempt === 'number') {
      throw new AppError('too_many_requests', {
        detail: 'Too many sign-ins with this username have failed. Wait a little.',
        reason: 'too_many_failed_sign_ins',
        retryAfterSeconds: Math.ceil(attempt / 1_000),
      });
    }
    try {
      const verdict = await this.check(request);
      if (verdict.outcome === 'verified') attempt.succeeded();
      return verdict;
    } catch (error) {
      attempt.abandoned();
      throw error;
    }
  }

  private async check({ realmId, username, password }: RequestOf<typeof Contract>): Promise<PasswordVerdict> {
    const account = await this.store.findAccount(realmId, username);
    const matches = await this.hasher.verify(account?.passwordHash ?? null, password);
    return verdictOf(account, matches);
  }
}
