import type { Realm as RealmReply, RequestOf, UpdateRealm as UpdateRealmCall } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import type { Provision } from '../domain/provision.js';
import { changeRealm, type Realm } from '../domain/realm.js';
import type { RegistryTransaction } from '../domain/registry-transactions.js';
import { RealmRepository } from '../domain/repositories.js';
import { auditedChanges, auditedRealm, AuditEvents } from './audit-events.js';
import { FencedChange, publishedAbsence, publishedRealm, realmTarget, type Changed } from './fenced-change.js';
import { Provisioning } from './provisioning.js';
import { checkVersion, noSuchRealm, realmNameTaken } from '../domain/refusals.js';
import { realmReply } from './replies.js';
import { StaleReadError, untilFresh } from './stale-read.js';

type Request = RequestOf<typeof UpdateRealmCall>;

interface Updated {
  readonly realm: Realm;
  /** Other services have to hear of the new name. */
  readonly followUp: Provision | null;
}

/** Changes a realm. When it returns no instance acts on the old state, and nobody finds anything under an old name. */
@Injectable()
export class UpdateRealm {
  constructor(
    private readonly realms: RealmRepository,
    private readonly provisioning: Provisioning,
    private readonly change: FencedChange,
    private readonly auditEvents: AuditEvents,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws AppError `not_found`, `precondition_failed`, `conflict` (disabling or renaming `master`, a name that is taken),
   *   `validation_failed`, `unavailable`.
   */
  async execute(request: Request, context: CallContext): Promise<RealmReply> {
    return realmReply(await untilFresh(() => this.attempt(request, context)));
  }

  private async attempt(request: Request, context: CallContext): Promise<Realm> {
    const seen = await this.realms.findById(request.realmId);
    if (seen === null) throw noSuchRealm();
    const newName = await this.newNameOf(seen, request);
    const targets = [seen.name, ...(newName === null ? [] : [newName])].map(realmTarget);
    const { realm, followUp } = await this.change.run(targets, context, (transaction) =>
      this.store(request, seen, transaction, context),
    );
    if (followUp !== null) await this.provisioning.giveUp(followUp, context);
    return realm;
  }

  /** Null when the name stays. All that can be refused is refused before anything is fenced; the transaction decides again. */
  private async newNameOf(seen: Realm, { changes, ifVersion }: Request): Promise<string | null> {
    if (changes.name === undefined || changes.name === seen.name) return null;
    checkVersion(ifVersion, seen.version);
    const { name } = changeRealm(seen, changes, this.clock.now());
    if ((await this.realms.findByName(name)) !== null) throw realmNameTaken();
    return name;
  }

  private async store(
    request: Request,
    seen: Realm,
    transaction: RegistryTransaction,
    context: CallContext,
  ): Promise<Changed<Updated>> {
    const before = await transaction.lockRealm(seen.id);
    if (before === null) throw noSuchRealm();
    if (before.name !== seen.name) throw new StaleReadError();
    checkVersion(request.ifVersion, before.version);
    const after = changeRealm(before, request.changes, this.clock.now());
    // Published even so: an earlier attempt may have died between its commit and its publication.
    if (after === before) {
      return { result: { realm: before, followUp: null }, snapshots: [publishedRealm(before)] };
    }
    const { realm, absence } =
      after.name === before.name
        ? { realm: await transaction.updateRealm(after), absence: null }
        : await transaction.renameRealm(before, after);
    const details = auditedChanges(auditedRealm(before), auditedRealm(realm));
    const cause = { actor: request.actor, context };
    await transaction.record(this.auditEvents.realm('realm.updated', realm, details, cause));
    if (absence === null) return { result: { realm, followUp: null }, snapshots: [publishedRealm(realm)] };
    const followUp = await this.provisioning.openFollowUp(transaction, { realmId: realm.id, clientId: null });
    const snapshots = [publishedRealm(realm), publishedAbsence(realmTarget(before.name), absence)];
    return { result: { realm, followUp }, snapshots };
  }
}
