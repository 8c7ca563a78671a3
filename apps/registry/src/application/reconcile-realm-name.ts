import { NameRealmOfRoles, NameRealmOfUsers } from '#contracts';
import { AppError } from '#errors';
import { MessageClient, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { RealmRepository } from '../domain/repositories.js';

const ATTEMPTS = 5;

/**
 * Tells the services that keep a realm's name what it is now. Calls may overtake each other, so what was told is compared
 * afterwards with what is stored by then: whoever told last sees it and tells again.
 */
@Injectable()
export class ReconcileRealmName {
  constructor(
    private readonly realms: RealmRepository,
    private readonly messages: MessageClient,
  ) {}

  /** @throws AppError `unavailable` when a service does not answer or the name keeps changing: try again later. */
  async execute(realmId: string, context: CallContext): Promise<void> {
    let realm = await this.realms.findById(realmId);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      if (realm === null) return;
      const told = { realmId, realmName: realm.name };
      await Promise.all([
        this.messages.call(NameRealmOfUsers, told, context),
        this.messages.call(NameRealmOfRoles, told, context),
      ]);
      realm = await this.realms.findById(realmId);
      if (realm?.name === told.realmName) return;
    }
    throw new AppError('unavailable', { reason: 'realm_keeps_changing' });
  }
}
