import { GuardAccount, type Actor } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import type { SeenClient } from './client-changer.js';

/**
 * Refuses a secret of a client, and to let a client act again, to those who would gain by it.
 *
 * What the client holds is asked before the change is stored. Roles that it is given in between are given to a client whose
 * change is under way, by somebody who may give them: as if they had been given just afterwards, and no rule is about that.
 */
@Injectable()
export class TakeoverGuard {
  constructor(private readonly messages: MessageClient) {}

  /**
   * A disabled account counts as well: who may have a secret may enable. Calls another service, so never within a transaction.
   *
   * @throws AppError `forbidden`, `unavailable` when nobody can say what the client holds.
   */
  async check(actor: Actor, { realm, client }: SeenClient, context: CallContext): Promise<void> {
    if (client.serviceAccountUserId === null) return;
    const account = { actor, realmId: realm.id, subjectId: client.serviceAccountUserId };
    await this.messages.call(GuardAccount, account, context);
  }
}
