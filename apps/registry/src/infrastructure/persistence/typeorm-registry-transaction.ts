import {
  AuditEventRecorded,
  ClientSnapshot,
  clientSnapshotKey,
  RealmSnapshot,
  type AuditEvent,
  type CallContract,
  type RequestOf,
} from '#contracts';
import { insertRows, isUniqueViolation, keepAnswer, nextSnapshotVersion, toSafeInteger, type Outbox } from '#database';
import type { KeptAnswer } from '#idempotency';
import { In, type EntityManager } from 'typeorm';
import type { Client } from '../../domain/client.js';
import type { Provision } from '../../domain/provision.js';
import type { Realm } from '../../domain/realm.js';
import { clientIdTaken, realmNameTaken } from '../../domain/refusals.js';
import type { RegistryTransaction } from '../../domain/registry-transactions.js';
import {
  closeProvisions,
  giveUpProvisions,
  insertClients,
  lockClients,
  openProvisions,
  removeProvisions,
} from './bulk-writes.js';
import { ClientSecretEntity } from './entities/client-secret.entity.js';
import { ClientEntity } from './entities/client.entity.js';
import { RealmEntity } from './entities/realm.entity.js';
import { RedirectUriEntity } from './entities/client-uri.entities.js';
import { completeClients } from './load-clients.js';
import { fromClient, fromRealm, fromSecret, fromUri, toRealm } from './rows.js';
import { TypeOrmClientUris } from './typeorm-client-uris.js';
import { forgetTombstone, leaveTombstone } from './tombstones.js';
import { takeOver } from './vacated-client-ids.js';

interface StampedRow {
  readonly snapshot_version: string;
}

/** The version that a row, which this transaction has locked or made, was given. */
function versionOf([rows]: [StampedRow[], number]): number {
  return toSafeInteger(rows[0]?.snapshot_version ?? '');
}

/** One transaction in PostgreSQL. */
export class TypeOrmRegistryTransaction implements RegistryTransaction {
  readonly uris: TypeOrmClientUris;

  constructor(
    private readonly manager: EntityManager,
    private readonly outbox: Outbox,
  ) {
    this.uris = new TypeOrmClientUris(manager);
  }

  async lockRealm(id: string): Promise<Realm | null> {
    const row = await this.manager.findOne(RealmEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
    return row === null ? null : toRealm(row);
  }

  async keepRealm(id: string): Promise<Realm | null> {
    const row = await this.manager.findOne(RealmEntity, { where: { id }, lock: { mode: 'for_key_share' } });
    return row === null ? null : toRealm(row);
  }

  async keepForAddition(realmId: string, provisionId: string | null) {
    const rows: readonly { readonly name: string; readonly closed: boolean }[] = await this.manager.query(
      provisionId === null
        ? 'SELECT name, true AS closed FROM registry.realms WHERE id = $1 FOR KEY SHARE'
        : `WITH ended AS (DELETE FROM registry.provisions WHERE id = $2 AND NOT given_up RETURNING id)
           SELECT realm.name, EXISTS (SELECT 1 FROM ended) AS closed
           FROM registry.realms realm WHERE realm.id = $1 FOR KEY SHARE OF realm`,
      provisionId === null ? [realmId] : [realmId, provisionId],
    );
    const [kept] = rows;
    return kept === undefined ? null : { realmName: kept.name, closed: kept.closed };
  }

  async insertRealm(realm: Realm): Promise<Realm> {
    try {
      await insertRows(this.manager, RealmEntity, [fromRealm(realm)]);
    } catch (error) {
      throw isUniqueViolation(error, 'realms_name_key') ? realmNameTaken() : error;
    }
    const stamped: [StampedRow[], number] = await this.manager.query(
      `WITH forgotten AS (DELETE FROM registry.snapshot_tombstones WHERE snapshot = $2 AND key = $3)
       UPDATE registry.realms SET snapshot_version = nextval('registry.snapshot_version')
       WHERE id = $1 RETURNING snapshot_version`,
      [realm.id, RealmSnapshot.name, realm.name],
    );
    return { ...realm, snapshotVersion: versionOf(stamped) };
  }

  async updateRealm(realm: Realm): Promise<Realm> {
    const { id, name: _name, createdAt: _createdAt, snapshotVersion: _snapshotVersion, ...columns } = fromRealm(realm);
    await this.manager.update(RealmEntity, { id }, columns);
    return this.stampRealm(realm);
  }

  async renameRealm(before: Realm, after: Realm): Promise<{ readonly realm: Realm; readonly absence: number }> {
    try {
      await this.manager.update(RealmEntity, { id: after.id }, { name: after.name });
    } catch (error) {
      throw isUniqueViolation(error, 'realms_name_key') ? realmNameTaken() : error;
    }
    await forgetTombstone(this.manager, RealmSnapshot.name, after.name);
    const absence = await this.absence(RealmSnapshot.name, before.name);
    return { realm: await this.updateRealm(after), absence };
  }

  async deleteRealm(realm: Realm): Promise<number> {
    await this.manager.delete(RealmEntity, { id: realm.id });
    return this.absence(RealmSnapshot.name, realm.name);
  }

  async lockClient(realmId: string, id: string): Promise<Client | null> {
    const row = await this.manager.findOne(ClientEntity, {
      where: { realmId, id },
      lock: { mode: 'pessimistic_write' },
    });
    if (row === null) return null;
    const [client] = await completeClients(this.manager, realmId, [row]);
    return client ?? null;
  }

  lockClients(realmId: string, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return lockClients(this.manager, realmId, ids);
  }

  openProvisions(provisions: readonly Provision[]): Promise<void> {
    return openProvisions(this.manager, provisions);
  }

  giveUpProvisions(ids: readonly string[]): Promise<readonly string[]> {
    return giveUpProvisions(this.manager, ids);
  }

  removeProvisions(ids: readonly string[]): Promise<void> {
    return removeProvisions(this.manager, ids);
  }

  insertClients(clients: readonly Client[]): Promise<readonly Client[]> {
    return this.refusingTakenClientId(() => insertClients(this.manager, clients));
  }

  closeProvisions(ids: readonly string[]): Promise<number> {
    return closeProvisions(this.manager, ids);
  }

  recordAll(events: readonly AuditEvent[]): Promise<void> {
    return this.outbox.recordAll(this.manager, AuditEventRecorded, events);
  }

  async insertClient(client: Client): Promise<Client> {
    const [inserted = client] = await this.insertClients([client]);
    return inserted;
  }

  async updateClient(
    before: Client,
    after: Client,
  ): Promise<{ readonly client: Client; readonly absence: number | null }> {
    const { id, realmId, createdAt: _createdAt, snapshotVersion: _snapshotVersion, ...columns } = fromClient(after);
    await this.refusingTakenClientId(() => this.manager.update(ClientEntity, { realmId, id }, columns));
    await this.storeSecrets(before, after);
    if (before.clientId === after.clientId) return { client: await this.stampClient(after), absence: null };
    const absence = await this.absence(ClientSnapshot.name, clientSnapshotKey(before));
    const versions = await takeOver(this.manager, [after]);
    return { client: { ...after, snapshotVersion: versions.get(after.id) ?? 0 }, absence };
  }

  async storeRedirectUris(before: Client, after: Client): Promise<void> {
    const owner = { realmId: after.realmId, clientUuid: after.id };
    const kept = new Set(after.redirectUris.map(({ id }) => id));
    const removed = before.redirectUris.filter(({ id }) => !kept.has(id)).map(({ id }) => id);
    if (removed.length > 0) await this.manager.delete(RedirectUriEntity, { ...owner, id: In(removed) });
    const former = new Map(before.redirectUris.map((uri) => [uri.id, uri]));
    for (const uri of after.redirectUris) {
      const stored = former.get(uri.id);
      const { enabled, updatedAt } = uri;
      if (stored === undefined) await this.manager.insert(RedirectUriEntity, fromUri(after, uri));
      else if (stored.enabled !== enabled) {
        await this.manager.update(RedirectUriEntity, { ...owner, id: uri.id }, { enabled, updatedAt });
      }
    }
  }

  async deleteClient(client: Client): Promise<number> {
    await this.manager.delete(ClientEntity, { realmId: client.realmId, id: client.id });
    return this.absence(ClientSnapshot.name, clientSnapshotKey(client));
  }

  keepAnswer(answer: KeptAnswer, since: Date): Promise<void> {
    return keepAnswer(this.manager, 'registry', answer, since, 'registry.realms');
  }

  record(event: AuditEvent): Promise<void> {
    return this.outbox.record(this.manager, AuditEventRecorded, event);
  }

  call<C extends CallContract>(contract: C, request: RequestOf<C>): Promise<void> {
    return this.outbox.call(this.manager, contract, request);
  }

  private async stampRealm(realm: Realm): Promise<Realm> {
    const stamped: [StampedRow[], number] = await this.manager.query(
      `UPDATE registry.realms SET snapshot_version = nextval('registry.snapshot_version')
       WHERE id = $1 RETURNING snapshot_version`,
      [realm.id],
    );
    return { ...realm, snapshotVersion: versionOf(stamped) };
  }

  private async stampClient(client: Client): Promise<Client> {
    const stamped: [StampedRow[], number] = await this.manager.query(
      `UPDATE registry.clients SET snapshot_version = nextval('registry.snapshot_version')
       WHERE realm_id = $1 AND id = $2 RETURNING snapshot_version`,
      [client.realmId, client.id],
    );
    return { ...client, snapshotVersion: versionOf(stamped) };
  }

  private async absence(snapshot: string, key: string): Promise<number> {
    const version = await nextSnapshotVersion(this.manager, 'registry');
    await leaveTombstone(this.manager, snapshot, key, version);
    return version;
  }

  private async storeSecrets(before: Client, after: Client): Promise<void> {
    const former = new Map(before.secrets.map((secret) => [secret.id, secret]));
    const kept = new Set(after.secrets.map(({ id }) => id));
    const removed = [...former.keys()].filter((id) => !kept.has(id));
    const owner = { realmId: after.realmId, clientUuid: after.id };
    if (removed.length > 0) await this.manager.delete(ClientSecretEntity, { ...owner, id: In(removed) });
    for (const secret of after.secrets) {
      const stored = former.get(secret.id);
      if (stored === undefined) await this.manager.insert(ClientSecretEntity, fromSecret(after, secret));
      else if (stored.expiresAt?.getTime() !== secret.expiresAt?.getTime()) {
        await this.manager.update(ClientSecretEntity, { ...owner, id: secret.id }, { expiresAt: secret.expiresAt });
      }
    }
  }

  private async refusingTakenClientId<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      throw isUniqueViolation(error, 'clients_realm_id_client_id_key') ? clientIdTaken() : error;
    }
  }
}
