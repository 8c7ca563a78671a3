import type { RequestOf, RequiredAction, ResetPassword as Contract } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { BoundedWork } from '../domain/bounded-work.js';
import { PasswordHasher } from '../domain/password-hasher.js';
import { UserStore } from '../domain/user-store.js';
import { AccountAuthority, addressOf, requirePerson } from './account-authority.js';
import { ChangeUser } from './change-user.js';
import { PasswordRules } from './password-rules.js';
import { userEvent } from './user-event.js';

/** What the record shows of a password. */
const MASK = '***' as const;

const UPDATE_PASSWORD: RequiredAction = 'UPDATE_PASSWORD';

/** Sets a person's password in their stead. A temporary one lets nobody in before it is changed. */
@Injectable()
export class ResetPassword {
  constructor(
    private readonly authority: AccountAuthority,
    private readonly rules: PasswordRules,
    private readonly hasher: PasswordHasher,
    private readonly hashing: BoundedWork,
    private readonly changeUser: ChangeUser,
    private readonly store: UserStore,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found`, `conflict`, `validation_failed`, `forbidden`, `overloaded`, `unavailable`. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<void> {
    const { actor, realmName, password, temporary } = request;
    const seen = await this.authority.person(request);
    // Who may not set it learns nothing of the policy either.
    await this.authority.guard(request, context);
    await this.rules.check(seen, realmName, password, context);
    const passwordHash = await this.hashing.run(context.signal, () => this.hasher.hash(password));
    if (temporary) await this.authority.withdraw(request, context);
    await this.changeUser.execute(addressOf(request), context, async (transaction) => {
      const before = requirePerson(await transaction.lockUser(addressOf(request)));
      const now = this.clock.now();
      const others = before.requiredActions.filter((action) => action !== UPDATE_PASSWORD);
      const requiredActions = temporary ? [...others, UPDATE_PASSWORD] : others;
      const version = await transaction.nextVersion();
      const user = { ...before, requiredActions, hasPassword: true, version, updatedAt: now };
      await transaction.saveUser(user);
      await transaction.setPassword(addressOf(request), passwordHash, now);
      const details = {
        temporary,
        changes: { password: { before: before.hasPassword ? MASK : null, after: MASK } },
        required_actions: requiredActions,
      };
      await transaction.record(userEvent('user.password_changed', user, details, context, now, actor));
      return { version, user };
    });
    await this.store.flush(context);
  }
}
