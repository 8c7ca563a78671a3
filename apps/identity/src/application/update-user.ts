import { changesBetween } from '#audit-trail';
import type { RequestOf, UpdateUser as Contract } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { auditedUser, changePerson } from '../domain/user-changes.js';
import type { User } from '../domain/user.js';
import { UserStore } from '../domain/user-store.js';
import { AccountAuthority, addressOf, checkVersion, requirePerson } from './account-authority.js';
import { ChangeUser } from './change-user.js';
import { userEvent } from './user-event.js';

type Request = RequestOf<typeof Contract>;

/** Changes a person. When it returns no instance issues a token on the old state (G2). */
@Injectable()
export class UpdateUser {
  constructor(
    private readonly authority: AccountAuthority,
    private readonly changeUser: ChangeUser,
    private readonly store: UserStore,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found`, `precondition_failed`, `validation_failed`, `forbidden`, `conflict`, `unavailable`. */
  async execute(request: Request, context: CallContext): Promise<User> {
    const { actor, ifVersion, changes } = request;
    // All that can be refused is refused before another service is asked; the transaction decides again.
    const seen = await this.authority.person(request);
    checkVersion(ifVersion, seen);
    changePerson(seen, changes, this.clock.now());
    if (!onlyDisables(changes)) await this.authority.guard(request, context);
    if (shutsOut(changes)) await this.authority.withdraw(request, context);
    const { user } = await this.changeUser.execute(addressOf(request), context, async (transaction) => {
      const before = requirePerson(await transaction.lockUser(addressOf(request)));
      checkVersion(ifVersion, before);
      const now = this.clock.now();
      const after = changePerson(before, changes, now);
      // Published even so: an earlier attempt may have died between its commit and its publication.
      if (after === before) return { version: before.version, user: before };
      const version = await transaction.nextVersion();
      const stored = { ...after, version };
      await transaction.saveUser(stored);
      const details = { changes: changesBetween(auditedUser(before), auditedUser(stored)) };
      await transaction.record(userEvent('user.updated', stored, details, context, now, actor));
      return { version, user: stored };
    });
    await this.store.flush(context);
    return requirePerson(user);
  }
}

/** That makes nobody mightier, so it needs no more than managing users. */
function onlyDisables(changes: Request['changes']): boolean {
  return Object.keys(changes).every((member) => member === 'enabled') && changes.enabled === false;
}

/** Whether somebody may not be able to sign in afterwards. */
function shutsOut({ enabled, requiredActions = [] }: Request['changes']): boolean {
  return enabled === false || requiredActions.length > 0;
}
