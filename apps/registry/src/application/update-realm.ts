import type { Realm as RealmReply, RequestOf, UpdateRealm as UpdateRealmCall } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { changeRealm } from '../domain/realm.js';
import { RealmRepository } from '../domain/repositories.js';
import { auditedChanges, auditedRealm, AuditEvents } from './audit-events.js';
import { FencedChange, publishedRealm, realmTarget } from './fenced-change.js';
import { checkVersion, noSuchRealm } from '../domain/refusals.js';
import { realmReply } from './replies.js';

/** Changes a realm. When it returns no instance acts on the old state. */
@Injectable()
export class UpdateRealm {
  constructor(
    private readonly realms: RealmRepository,
    private readonly change: FencedChange,
    private readonly auditEvents: AuditEvents,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found`, `precondition_failed`, `conflict` (disabling `master`), `validation_failed`, `unavailable`. */
  async execute(request: RequestOf<typeof UpdateRealmCall>, context: CallContext): Promise<RealmReply> {
    const seen = await this.realms.findById(request.realmId);
    if (seen === null) throw noSuchRealm();
    const realm = await this.change.run([realmTarget(seen.name)], context, async (transaction) => {
      const before = await transaction.lockRealm(seen.id);
      if (before === null) throw noSuchRealm();
      checkVersion(request.ifVersion, before.version);
      const after = changeRealm(before, request.changes, this.clock.now());
      // Published even so: an earlier attempt may have died between its commit and its publication.
      if (after === before) return { result: before, snapshots: [publishedRealm(before)] };
      const stored = await transaction.updateRealm(after);
      const details = auditedChanges(auditedRealm(before), auditedRealm(stored));
      const cause = { actor: request.actor, context };
      await transaction.record(this.auditEvents.realm('realm.updated', stored, details, cause));
      return { result: stored, snapshots: [publishedRealm(stored)] };
    });
    return realmReply(realm);
  }
}
