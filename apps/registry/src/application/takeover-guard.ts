import { GuardAccount, type Actor } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import type { SeenClient } from './client-changer.js';

/** Refuses a secret of a client to those who would gain by it: what rotation and one more secret share. */
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
