import { requireCatalogued } from '#audit-trail';
import {
  ClientSnapshot,
  clientSnapshotKey,
  RealmSnapshot,
  type AuditEvent,
  type CallContract,
  type RequestOf,
} from '#contracts';
import type { Client } from '../domain/client.js';
import { keyTaken, type KeptAnswer } from '#idempotency';
import type { Provision } from '../domain/provision.js';
import type { Realm } from '../domain/realm.js';
import { clientIdNotFreeYet, clientIdTaken, realmNameTaken } from '../domain/refusals.js';
import type { RegistryTransaction } from '../domain/registry-transactions.js';
import { InMemoryClientUris } from './in-memory-client-uris.js';
import type { InMemoryState } from './in-memory-state.js';

/** One transaction in memory; transactions run one after the other, so locks are for free. */
export class InMemoryTransaction implements RegistryTransaction {
  readonly uris: InMemoryClientUris;

  constructor(
    private readonly state: InMemoryState,
    private readonly nextVersion: () => number,
  ) {
    this.uris = new InMemoryClientUris(() => state);
  }

  async lockRealm(id: string): Promise<Realm | null> {
    return this.state.realms.get(id) ?? null;
  }

  async keepRealm(id: string): Promise<Realm | null> {
    return this.lockRealm(id);
  }

  async keepForAddition(realmId: string, provisionId: string | null) {
    const closed = provisionId === null || (await this.closeProvisions([provisionId])) === 1;
    const realm = await this.lockRealm(realmId);
    return realm === null ? null : { realmName: realm.name, closed };
  }

  async insertRealm(realm: Realm): Promise<Realm> {
    if ([...this.state.realms.values()].some(({ name }) => name === realm.name)) throw realmNameTaken();
    this.state.tombstones.delete(`${RealmSnapshot.name}:${realm.name}`);
    return this.putRealm(realm);
  }

  async updateRealm(realm: Realm): Promise<Realm> {
    return this.putRealm(realm);
  }

  async renameRealm(before: Realm, after: Realm): Promise<{ readonly realm: Realm; readonly absence: number }> {
    if ([...this.state.realms.values()].some(({ id, name }) => id !== after.id && name === after.name)) {
      throw realmNameTaken();
    }
    this.state.tombstones.delete(`${RealmSnapshot.name}:${after.name}`);
    const absence = this.absence(RealmSnapshot.name, before.name);
    return { realm: this.putRealm(after), absence };
  }

  async deleteRealm(realm: Realm): Promise<number> {
    this.state.realms.delete(realm.id);
    return this.absence(RealmSnapshot.name, realm.name);
  }

  async lockClient(realmId: string, id: string): Promise<Client | null> {
    const client = this.state.clients.get(id);
    return client?.realmId === realmId ? client : null;
  }

  async insertClient(client: Client): Promise<Client> {
    this.checkFree(client);
    this.takeOver(client);
    return this.putClient(client);
  }

  async updateClient(before: Client, changed: Client) {
    const after = this.withStoredParts(changed);
    this.checkFree(after);
    if (before.clientId === after.clientId) return { client: this.putClient(after), absence: null };
    this.takeOver(after);
    const absence = this.absence(ClientSnapshot.name, clientSnapshotKey(before));
    return { client: this.putClient(after), absence };
  }

  async storeRedirectUris(_before: Client, after: Client): Promise<void> {
    const stored = this.state.clients.get(after.id);
    if (stored !== undefined) this.state.clients.set(after.id, { ...stored, redirectUris: after.redirectUris });
  }

  async deleteClient(client: Client): Promise<number> {
    this.state.clients.delete(client.id);
    return this.absence(ClientSnapshot.name, clientSnapshotKey(client));
  }

  async lockClients(realmId: string, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const clients = await Promise.all(ids.map((id) => this.lockClient(realmId, id)));
    return new Map(clients.flatMap((client) => (client === null ? [] : [[client.id, client.snapshotVersion]])));
  }

  async insertClients(clients: readonly Client[]): Promise<readonly Client[]> {
    return Promise.all(clients.map((client) => this.insertClient(client)));
  }

  async recordAll(events: readonly AuditEvent[]): Promise<void> {
    for (const event of events) await this.record(event);
  }

  async openProvisions(provisions: readonly Provision[]): Promise<void> {
    for (const provision of provisions) this.state.provisions.set(provision.id, provision);
  }

  async closeProvisions(ids: readonly string[]): Promise<number> {
    const { provisions } = this.state;
    return ids.filter((id) => provisions.get(id)?.givenUp === false && provisions.delete(id)).length;
  }

  async giveUpProvisions(ids: readonly string[]): Promise<readonly string[]> {
    const present = ids.flatMap((id) => this.state.provisions.get(id) ?? []);
    for (const provision of present) this.state.provisions.set(provision.id, { ...provision, givenUp: true });
    return present.map(({ id }) => id);
  }

  async removeProvisions(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.state.provisions.delete(id);
  }

  async keepAnswer(answer: KeptAnswer, since: Date): Promise<void> {
    const key = answer.keyHash.toString('hex');
    const present = this.state.answers.get(key);
    if (present !== undefined && present.createdAt >= since && this.state.realms.has(present.realmId)) throw keyTaken();
    this.state.answers.set(key, answer);
  }

  async record(event: AuditEvent): Promise<void> {
    requireCatalogued(event);
    this.state.events.push(event);
  }

  async call<C extends CallContract>(contract: C, request: RequestOf<C>): Promise<void> {
    this.state.calls.push({ contract, request });
  }

  /** What has ports of its own stays as it is stored: redirect URIs, and when secrets were last used. */
  private withStoredParts(client: Client): Client {
    const stored = this.state.clients.get(client.id);
    if (stored === undefined) return client;
    const lastUsed = new Map(stored.secrets.map(({ id, lastUsedAt }) => [id, lastUsedAt]));
    const secrets = client.secrets.map((secret) => ({ ...secret, lastUsedAt: lastUsed.get(secret.id) ?? null }));
    return { ...client, secrets, redirectUris: stored.redirectUris };
  }

  private putRealm(realm: Realm): Realm {
    const stored = { ...realm, snapshotVersion: this.nextVersion() };
    this.state.realms.set(realm.id, stored);
    return stored;
  }

  private putClient(client: Client): Client {
    const stored = { ...client, snapshotVersion: this.nextVersion() };
    this.state.clients.set(client.id, stored);
    return stored;
  }

  private absence(snapshot: string, key: string): number {
    const version = this.nextVersion();
    this.state.tombstones.set(`${snapshot}:${key}`, version);
    return version;
  }

  private takeOver({ realmId, clientId }: Client): void {
    if (!this.state.tombstones.delete(`${ClientSnapshot.name}:${clientSnapshotKey({ realmId, clientId })}`)) return;
    const pending = this.state.calls.map(({ request }) => request as { realmId?: string; vacates?: string });
    if (pending.some((call) => call.realmId === realmId && call.vacates === clientId)) throw clientIdNotFreeYet();
  }

  private checkFree({ id, realmId, clientId }: Client): void {
    for (const other of this.state.clients.values()) {
      if (other.id !== id && other.realmId === realmId && other.clientId === clientId) throw clientIdTaken();
    }
  }
}
