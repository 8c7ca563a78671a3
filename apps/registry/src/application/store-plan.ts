import { RemoveClientRoles, RemoveServiceAccount, type AuditEvent } from '#contracts';
import type { PublishedSnapshot } from '#cache';
import { Injectable } from '@nestjs/common';
import type { Client } from '../domain/client.js';
import type { PlannedClient, RegistryPlan } from '../domain/configuration-plan.js';
import type { Provision } from '../domain/provision.js';
import type { Realm } from '../domain/realm.js';
import { noSuchRealm } from '../domain/refusals.js';
import type { RegistryTransaction } from '../domain/registry-transactions.js';
import { auditedChanges, auditedClient, auditedRealm, AuditEvents, type Cause } from './audit-events.js';
import { clientTarget, publishedAbsence, publishedClient, publishedRealm, type Changed } from './fenced-change.js';
import { Provisioning } from './provisioning.js';
import type { EnabledAccounts } from './service-accounts.js';
import { StaleReadError } from './stale-read.js';
import { StoreSideUris, type PlannedUris } from './store-side-uris.js';

/** What is stored, and what is left to do after the commit: identity has to hear of accounts that were disabled. */
export interface StoredPlan {
  readonly followUps: readonly Provision[];
  /** The clients that were created or changed. */
  readonly clients: readonly Client[];
}

/** Stores a plan inside one transaction, if what it was made from is still what is there. */
@Injectable()
export class StorePlan {
  constructor(
    private readonly provisioning: Provisioning,
    private readonly storeSideUris: StoreSideUris,
    private readonly auditEvents: AuditEvents,
  ) {}

  /** @throws StaleReadError when something changed since it was read, AppError `conflict`, `not_found`. */
  async execute(
    transaction: RegistryTransaction,
    realm: Realm,
    plan: RegistryPlan,
    accounts: EnabledAccounts,
    cause: Cause,
  ): Promise<Changed<StoredPlan>> {
    const snapshots: PublishedSnapshot[] = [];
    const clients: Client[] = [];
    const kept = plan.realm === null ? await transaction.keepRealm(realm.id) : await transaction.lockRealm(realm.id);
    if (kept === null) throw noSuchRealm();
    // The fence stands on the realm's name, and the audit log tells it.
    if (kept.name !== realm.name) throw new StaleReadError();
    if (plan.realm !== null) {
      if (kept.snapshotVersion !== plan.realm.before.snapshotVersion) throw new StaleReadError();
      snapshots.push(publishedRealm(await this.storeRealm(transaction, plan.realm.before, plan.realm.after, cause)));
    }
    // One order for everybody who locks several.
    await this.provisioning.closeAll(transaction, accounts.provisions);
    const planned = plan.clients.map(({ before, after, uris }) => {
      const serviceAccountUserId = after.serviceAccountUserId ?? accounts.userIds.get(after.id) ?? null;
      // The very same object as long as nothing of the client itself differs.
      const same = serviceAccountUserId === after.serviceAccountUserId;
      return { before, after: same ? after : { ...after, serviceAccountUserId }, uris };
    });
    const created = planned.flatMap(({ before, after }) => (before === null ? [after] : []));
    const uris = new Map(planned.map((change) => [change.after.id, change.uris]));
    for (const stored of await this.createClients(transaction, realm, created, uris, cause)) {
      clients.push(stored);
      snapshots.push(publishedClient(stored));
    }
    const changed = planned.flatMap(({ before, after, uris: sides }) =>
      before === null ? [] : [{ before, after, uris: sides }],
    );
    await lockUnchanged(transaction, realm, [...changed.map(({ before }) => before), ...plan.deleted]);
    const events: AuditEvent[] = [];
    for (const change of changed) {
      const stored = await this.storeClient(transaction, realm, change, cause);
      events.push(...stored.events);
      clients.push(stored.client);
      snapshots.push(publishedClient(stored.client));
    }
    await transaction.recordAll(events);
    for (const client of plan.deleted) snapshots.push(await this.deleteClient(transaction, realm, client, cause));
    const befores = new Map(changed.map(({ before }) => [before.id, before]));
    // One that is off was made, if it is new, so that it can hold roles.
    const off = clients.filter(({ id, serviceAccountEnabled: on, serviceAccountUserId }) => {
      const before = befores.get(id);
      return !on && serviceAccountUserId !== null && (before === undefined || before.serviceAccountEnabled);
    });
    const followUps = await this.provisioning.openFollowUps(
      transaction,
      off.map(({ id }) => ({ realmId: realm.id, clientId: id })),
    );
    return { result: { followUps, clients }, snapshots };
  }

  private async storeRealm(
    transaction: RegistryTransaction,
    before: Realm,
    after: Realm,
    cause: Cause,
  ): Promise<Realm> {
    const stored = await transaction.updateRealm(after);
    const details = auditedChanges(auditedRealm(before), auditedRealm(stored));
    await transaction.record(this.auditEvents.realm('realm.updated', stored, details, cause));
    return stored;
  }

  private async createClients(
    transaction: RegistryTransaction,
    realm: Realm,
    clients: readonly Client[],
    uris: ReadonlyMap<string, PlannedUris>,
    cause: Cause,
  ): Promise<readonly Client[]> {
    if (clients.length === 0) return [];
    const created = await transaction.insertClients(clients);
    await transaction.recordAll(
      created.map((client) =>
        this.auditEvents.client('client.created', realm, client, { client: auditedClient(client) }, cause),
      ),
    );
    await this.storeSideUris.ofCreated(transaction, realm, created, uris, cause);
    return created;
  }

  private async storeClient(
    transaction: RegistryTransaction,
    realm: Realm,
    { before, after: wanted, uris }: PlannedClient & { readonly before: Client },
    cause: Cause,
  ): Promise<{ readonly client: Client; readonly events: readonly AuditEvent[] }> {
    if (wanted.redirectUris !== before.redirectUris) await transaction.storeRedirectUris(before, wanted);
    // Also when only what is beside it differs: whoever has read that must find out.
    const { client } = await transaction.updateClient(before, wanted);
    const events = await this.storeSideUris.ofChanged(transaction, realm, client, uris, cause);
    if (wanted === before) return { client, events };
    const added = client.secrets.filter(({ id }) => !before.secrets.some((secret) => secret.id === id));
    const details = {
      ...auditedChanges(auditedClient(before), auditedClient(client)),
      ...(added.length === 0 ? {} : { added_secret_ids: added.map(({ id }) => id) }),
    };
    return { client, events: [this.auditEvents.client('client.updated', realm, client, details, cause), ...events] };
  }

  /** Its service account, roles and assignments follow through the outbox, as with every deletion. */
  private async deleteClient(
    transaction: RegistryTransaction,
    realm: Realm,
    client: Client,
    cause: Cause,
  ): Promise<PublishedSnapshot> {
    const version = await transaction.deleteClient(client);
    const details = { client: auditedClient(client) };
    await transaction.record(this.auditEvents.client('client.deleted', realm, client, details, cause));
    const { id: clientId, serviceAccountUserId } = client;
    await transaction.call(RemoveClientRoles, {
      realmId: realm.id,
      clientId,
      serviceAccountUserId,
      vacates: client.clientId,
    });
    if (serviceAccountUserId !== null) {
      await transaction.call(RemoveServiceAccount, { realmId: realm.id, clientId });
    }
    return publishedAbsence(clientTarget(client), version);
  }
}

/** Every write gives a client a new snapshot version. @throws StaleReadError. */
async function lockUnchanged(transaction: RegistryTransaction, realm: Realm, seen: readonly Client[]): Promise<void> {
  if (seen.length === 0) return;
  const versions = await transaction.lockClients(
    realm.id,
    seen.map(({ id }) => id),
  );
  if (seen.some(({ id, snapshotVersion }) => versions.get(id) !== snapshotVersion)) throw new StaleReadError();
}
