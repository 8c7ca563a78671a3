import { RemoveSubjectRoles, type DeleteUser as Contract, type RequestOf } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { auditedUser } from '../domain/user-changes.js';
import { UserStore } from '../domain/user-store.js';
import { AccountAuthority, addressOf, checkVersion, requirePerson } from './account-authority.js';
import { ChangeUser } from './change-user.js';
import { userEvent } from './user-event.js';

/** Deletes a person with their password; what they hold follows through the outbox. */
@Injectable()
export class DeleteUser {
  constructor(
    private readonly authority: AccountAuthority,
    private readonly changeUser: ChangeUser,
    private readonly store: UserStore,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found`, `precondition_failed`, `conflict` (service account, last administrator), `unavailable`. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<void> {
    const { actor, realmId, id, ifVersion } = request;
    checkVersion(ifVersion, await this.authority.person(request));
    await this.authority.withdraw(request, context);
    await this.changeUser.execute(addressOf(request), context, async (transaction) => {
      const user = requirePerson(await transaction.lockUser(addressOf(request)));
      checkVersion(ifVersion, user);
      const version = await transaction.nextVersion();
      await transaction.removeUser(user, version);
      await transaction.call(RemoveSubjectRoles, { realmId, subjectId: id });
      const details = { user: auditedUser(user) };
      await transaction.record(userEvent('user.deleted', user, details, context, this.clock.now(), actor));
      return { version, user: null };
    });
    await this.store.flush(context);
  }
}
