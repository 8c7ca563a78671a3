import {
  ClearRealm,
  MASTER_REALM,
  RemoveRealmKeys,
  RemoveRealmRoles,
  RemoveRealmUsers,
  type DeleteRealm as DeleteRealmCall,
  type RequestOf,
} from '#contracts';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { checkDeletableRealm } from '../domain/realm.js';
import { RealmRepository } from '../domain/repositories.js';
import { AuditEvents } from './audit-events.js';
import { FencedChange, publishedAbsence, realmTarget } from './fenced-change.js';
import { checkVersion, noSuchRealm } from '../domain/refusals.js';
import { StaleReadError, untilFresh } from './stale-read.js';

/**
 * Deletes a realm, and through the outbox what belongs to it, here as elsewhere: the transaction is as small for 200,000 clients as
 * for three. Only the realm's own key is published as gone: all other keys hold its id, which nobody finds any more.
 */
@Injectable()
export class DeleteRealm {
  constructor(
    private readonly realms: RealmRepository,
    private readonly change: FencedChange,
    private readonly auditEvents: AuditEvents,
  ) {}

  /** @throws AppError `not_found`, `precondition_failed`, `conflict` (`master`), `unavailable`. */
  async execute(request: RequestOf<typeof DeleteRealmCall>, context: CallContext): Promise<void> {
    await untilFresh(() => this.attempt(request, context));
  }

  private async attempt(request: RequestOf<typeof DeleteRealmCall>, context: CallContext): Promise<void> {
    const seen = await this.realms.findById(request.realmId);
    if (seen === null) throw noSuchRealm();
    checkDeletableRealm(seen);
    const master = await this.realms.findByName(MASTER_REALM);
    const target = realmTarget(seen.name);
    await this.change.run([target], context, async (transaction) => {
      const realm = await transaction.lockRealm(seen.id);
      if (realm === null) throw noSuchRealm();
      if (realm.name !== seen.name) throw new StaleReadError();
      checkVersion(request.ifVersion, realm.version);
      const version = await transaction.deleteRealm(realm);
      const cause = { actor: request.actor, context };
      for (const event of this.auditEvents.deletion(realm, master, cause)) await transaction.record(event);
      for (const contract of [ClearRealm, RemoveRealmRoles, RemoveRealmKeys, RemoveRealmUsers]) {
        await transaction.call(contract, { realmId: realm.id });
      }
      return { result: undefined, snapshots: [publishedAbsence(target, version)] };
    });
  }
}
