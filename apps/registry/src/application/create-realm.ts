import {
  ProvisionRealmKeys,
  ProvisionRealmRoles,
  type CreateRealm as CreateRealmCall,
  type Realm as RealmReply,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { Clock } from '#host';
import { IdempotentCreation, namedCreation, type KeepAnswer } from '#idempotency';
import { MessageClient, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Client } from '../domain/client.js';
import { newRealm, type Realm } from '../domain/realm.js';
import { RealmRepository } from '../domain/repositories.js';
import type { RegistryTransaction } from '../domain/registry-transactions.js';
import { systemClientsOf } from '../domain/system-clients.js';
import { auditedClient, auditedRealm, AuditEvents, type Cause } from './audit-events.js';
import {
  clientTarget,
  FencedChange,
  publishedClient,
  publishedRealm,
  realmTarget,
  type Changed,
} from './fenced-change.js';
import { Provisioning } from './provisioning.js';
import { realmNameTaken } from '../domain/refusals.js';
import { realmReply } from './replies.js';

/**
 * Creates a realm. The ids are chosen first, then the other services make what belongs to the realm (idempotent, invisible as
 * long as nobody can name it), and the realm itself is committed last: it either works or is not there.
 */
@Injectable()
export class CreateRealm {
  constructor(
    private readonly realms: RealmRepository,
    private readonly messages: MessageClient,
    private readonly provisioning: Provisioning,
    private readonly idempotent: IdempotentCreation,
    private readonly change: FencedChange,
    private readonly auditEvents: AuditEvents,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `conflict` when the name is taken, `validation_failed`, `idempotency_key_reused`, `unavailable`. */
  async execute(
    request: RequestOf<typeof CreateRealmCall>,
    context: CallContext,
  ): Promise<ReplyOf<typeof CreateRealmCall>> {
    const created = await this.idempotent.run<RealmReply, Realm>(namedCreation('realm', request), (keep) =>
      this.create(request, keep, context),
    );
    return created.replayed ? { ...created.answer, replayed: true } : realmReply(created.result);
  }

  private async create(
    request: RequestOf<typeof CreateRealmCall>,
    keep: KeepAnswer<RealmReply>,
    context: CallContext,
  ): Promise<Realm> {
    const realm = newRealm({ id: uuidv7(), name: request.name, displayName: request.displayName }, this.clock.now());
    if ((await this.realms.findByName(realm.name)) !== null) throw realmNameTaken();
    const clients = systemClientsOf(realm, uuidv7);
    const targets = [realmTarget(realm.name), ...clients.map(clientTarget)];
    const provision = await this.provisioning.open({ realmId: realm.id, clientId: null });
    try {
      await this.provisionDependents(realm, context);
      return await this.change.run(targets, context, async (transaction) => {
        await this.provisioning.close(transaction, provision);
        const created = await this.insert(transaction, realm, clients, { actor: request.actor, context });
        await keep(transaction, realm.id, realmReply(created.result));
        return created;
      });
    } catch (error) {
      await this.provisioning.giveUp(provision, context);
      throw error;
    }
  }

  private async provisionDependents(realm: Realm, context: CallContext): Promise<void> {
    const facts = { realmId: realm.id, realmName: realm.name };
    const algorithm = realm.settings.defaultSigningAlgorithm;
    // Both are awaited even if one fails: the clean-up must not overtake a call that is still on its way.
    const made = await Promise.allSettled([
      this.messages.call(ProvisionRealmRoles, facts, context),
      this.messages.call(ProvisionRealmKeys, { ...facts, algorithm }, context),
    ]);
    const failed = made.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  private async insert(
    transaction: RegistryTransaction,
    realm: Realm,
    clients: readonly Client[],
    cause: Cause,
  ): Promise<Changed<Realm>> {
    const stored = await transaction.insertRealm(realm);
    const inserted = await transaction.insertClients(clients);
    await transaction.recordAll([
      this.auditEvents.realm('realm.created', stored, { realm: auditedRealm(stored) }, cause),
      ...inserted.map((client) =>
        this.auditEvents.client('client.created', stored, client, { client: auditedClient(client) }, cause),
      ),
    ]);
    return { result: stored, snapshots: [publishedRealm(stored), ...inserted.map(publishedClient)] };
  }
}
