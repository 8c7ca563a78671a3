import {
  ClientSnapshot,
  clientSnapshotKey,
  RealmSnapshot,
  RemoveClientRoles,
  RenameClientRoles,
  type CallContract,
} from '#contracts';
import { searchTextOf, textSearchOf } from '#database';
import type { ClientUriRepository } from '../domain/client-uri.js';
import type { Client } from '../domain/client.js';
import { KeptAnswers, type KeptAnswer } from '#idempotency';
import { Milestones, type Milestone } from '../domain/milestones.js';
import type { Provision } from '../domain/provision.js';
import type { Realm } from '../domain/realm.js';
import { RegistryTransactions, type RegistryTransaction } from '../domain/registry-transactions.js';
import {
  ClientRepository,
  RealmRepository,
  SnapshotRepository,
  type ClientKey,
  type ClientQuery,
  type ListPosition,
  type Page,
  type RealmQuery,
  type Versioned,
} from '../domain/repositories.js';
import { SecretUseRepository, type SecretUse } from '../domain/secret-use.js';
import { InMemoryClientUris } from './in-memory-client-uris.js';
import { copyOf, emptyState, type InMemoryState } from './in-memory-state.js';
import { InMemoryTransaction } from './in-memory-transaction.js';

/** The adapters of every port of the registry over one state in memory. The port suite proves them equal to PostgreSQL's. */
export class InMemoryRegistry {
  state: InMemoryState = emptyState();
  /** What transactions leave to be told stays untold. */
  outboxStands = false;
  readonly realms: RealmRepository = new InMemoryRealmRepository(this);
  readonly clients: ClientRepository = new InMemoryClientRepository(this);
  readonly snapshots: SnapshotRepository = new InMemorySnapshotRepository(this);
  readonly transactions: RegistryTransactions = new InMemoryTransactions(this);
  readonly uris: ClientUriRepository = new InMemoryClientUris(() => this.state);
  readonly secretUses: SecretUseRepository = new InMemorySecretUses(this);
  readonly milestones: Milestones = new InMemoryMilestones();
  readonly answers: KeptAnswers = new InMemoryKeptAnswers(this);
}

class InMemoryTransactions extends RegistryTransactions {
  private tail: Promise<unknown> = Promise.resolve();
  private version = 0;

  constructor(private readonly registry: InMemoryRegistry) {
    super();
  }

  run<T>(work: (transaction: RegistryTransaction) => Promise<T>): Promise<T> {
    const turn = this.tail.then(async () => {
      const state = copyOf(this.registry.state);
      const result = await work(new InMemoryTransaction(state, () => (this.version += 1)));
      this.registry.state = state;
      return result;
    });
    this.tail = turn.catch(() => {});
    return turn;
  }

  async openProvisions(provisions: readonly Provision[]): Promise<void> {
    await this.run((transaction) => transaction.openProvisions(provisions));
  }

  async staleProvisions(before: Date, limit: number): Promise<readonly Provision[]> {
    return [...this.registry.state.provisions.values()]
      .filter(({ givenUp, createdAt }) => givenUp || createdAt < before)
      .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
      .slice(0, limit);
  }

  async forgetOldTombstones(): Promise<void> {}

  async clearRealm(realmId: string, limit: number): Promise<boolean> {
    const { state } = this.registry;
    if (state.realms.has(realmId)) return false;
    const clients = [...state.clients.values()].filter((client) => client.realmId === realmId).slice(0, limit);
    for (const { id } of clients) state.clients.delete(id);
    const answers = [...state.answers].filter(([, answer]) => answer.realmId === realmId).slice(0, limit);
    for (const [key] of answers) state.answers.delete(key);
    return clients.length === limit || answers.length === limit;
  }
}

class InMemoryRealmRepository extends RealmRepository {
  constructor(private readonly registry: InMemoryRegistry) {
    super();
  }

  async findById(id: string): Promise<Realm | null> {
    return this.registry.state.realms.get(id) ?? null;
  }

  async findByName(name: string): Promise<Realm | null> {
    return [...this.registry.state.realms.values()].find((realm) => realm.name === name) ?? null;
  }

  async findForClient(
    id: string,
    clientId: string,
  ): Promise<{ readonly realm: Realm; readonly taken: boolean } | null> {
    const realm = await this.findById(id);
    if (realm === null) return null;
    const clients = [...this.registry.state.clients.values()];
    return { realm, taken: clients.some((client) => client.realmId === id && client.clientId === clientId) };
  }

  async list({ search, onlyName, enabled, sort, after, limit }: RealmQuery): Promise<Page<Realm>> {
    const matching = [...this.registry.state.realms.values()]
      .filter(({ name }) => onlyName === null || name === onlyName)
      .filter((realm) => enabled === undefined || realm.enabled === enabled)
      .filter(({ name, displayName }) => isPart(search, name, displayName ?? ''));
    const valueOf = ({ name, createdAt }: Realm): string => (sort.endsWith('name') ? name : createdAt.toISOString());
    return pageOf(matching, valueOf, sort.startsWith('-') ? -1 : 1, after, limit);
  }
}

class InMemoryClientRepository extends ClientRepository {
  constructor(private readonly registry: InMemoryRegistry) {
    super();
  }

  async findById(realmId: string, id: string): Promise<Client | null> {
    const client = this.registry.state.clients.get(id);
    return client?.realmId === realmId ? client : null;
  }

  async findByClientId(realmId: string, clientId: string): Promise<Client | null> {
    return this.inRealm(realmId).find((client) => client.clientId === clientId) ?? null;
  }

  async findMany(
    realmId: string,
    names: { readonly clientIds: readonly string[] } | { readonly ids: readonly string[] },
  ): Promise<readonly Client[]> {
    return this.inRealm(realmId).filter(({ id, clientId }) =>
      'ids' in names ? names.ids.includes(id) : names.clientIds.includes(clientId),
    );
  }

  async deletedUntold(realmId: string, ids?: readonly string[]): Promise<readonly string[]> {
    return this.untold(RemoveClientRoles, realmId).filter((id) => ids?.includes(id) ?? true);
  }

  async isRenamedUntold(realmId: string, id: string): Promise<boolean> {
    return this.untold(RenameClientRoles, realmId).includes(id);
  }

  private untold(contract: CallContract, realmId: string): readonly string[] {
    if (!this.registry.outboxStands) return [];
    return this.registry.state.calls
      .filter((call) => call.contract === contract)
      .map(({ request }) => request as { readonly realmId: string; readonly clientId: string })
      .flatMap((request) => (request.realmId === realmId ? [request.clientId] : []));
  }

  async list(realmId: string, { search, filter, sort, after, limit }: ClientQuery): Promise<Page<Client>> {
    const matching = this.inRealm(realmId)
      .filter((client) =>
        Object.entries(filter).every(
          ([member, value]) => value === undefined || client[member as keyof Client] === value,
        ),
      )
      .filter(({ name, clientId }) => isPart(search, name, clientId));
    const valueOf = (client: Client): string => {
      if (sort.endsWith('client_id')) return client.clientId;
      return sort.endsWith('name') ? client.name : client.createdAt.toISOString();
    };
    return pageOf(matching, valueOf, sort.startsWith('-') ? -1 : 1, after, limit);
  }

  private inRealm(realmId: string): Client[] {
    return [...this.registry.state.clients.values()].filter((client) => client.realmId === realmId);
  }
}

class InMemorySnapshotRepository extends SnapshotRepository {
  constructor(private readonly registry: InMemoryRegistry) {
    super();
  }

  async realms(names: readonly string[]): Promise<readonly Versioned<Realm>[]> {
    const { realms } = this.registry.state;
    return names.map((name) =>
      this.versioned(
        [...realms.values()].find((realm) => realm.name === name),
        `${RealmSnapshot.name}:${name}`,
      ),
    );
  }

  async clients(keys: readonly ClientKey[]): Promise<readonly Versioned<Client>[]> {
    const { clients } = this.registry.state;
    return keys.map((key) => {
      const client = [...clients.values()].find(
        ({ realmId, clientId }) => realmId === key.realmId && clientId === key.clientId,
      );
      return this.versioned(client, `${ClientSnapshot.name}:${clientSnapshotKey(key)}`);
    });
  }

  private versioned<T extends { readonly snapshotVersion: number }>(value: T | undefined, key: string): Versioned<T> {
    if (value !== undefined) return { version: value.snapshotVersion, value };
    return { version: this.registry.state.tombstones.get(key) ?? 0, value: null };
  }
}

class InMemorySecretUses extends SecretUseRepository {
  constructor(private readonly registry: InMemoryRegistry) {
    super();
  }

  async touch(uses: readonly SecretUse[]): Promise<readonly string[]> {
    const { clients } = this.registry.state;
    for (const { realmId, secretId, usedAt } of uses) {
      const client = [...clients.values()].find(
        (candidate) => candidate.realmId === realmId && candidate.secrets.some(({ id }) => id === secretId),
      );
      if (client === undefined) continue;
      const secrets = client.secrets.map((secret) =>
        secret.id === secretId && (secret.lastUsedAt === null || secret.lastUsedAt < usedAt)
          ? { ...secret, lastUsedAt: usedAt }
          : secret,
      );
      clients.set(client.id, { ...client, secrets });
    }
    return [];
  }
}

class InMemoryKeptAnswers extends KeptAnswers {
  constructor(private readonly registry: InMemoryRegistry) {
    super();
  }

  async find(keyHash: Buffer, since: Date): Promise<KeptAnswer | null> {
    const kept = this.registry.state.answers.get(keyHash.toString('hex'));
    const counts = kept !== undefined && kept.createdAt >= since && this.registry.state.realms.has(kept.realmId);
    return counts ? kept : null;
  }

  async forget(before: Date): Promise<void> {
    const { answers } = this.registry.state;
    for (const [key, { createdAt }] of answers) if (createdAt < before) answers.delete(key);
  }
}

class InMemoryMilestones extends Milestones {
  private readonly reached = new Set<Milestone>();

  async isReached(milestone: Milestone): Promise<boolean> {
    return this.reached.has(milestone);
  }

  async reach(milestone: Milestone): Promise<void> {
    this.reached.add(milestone);
  }
}

function isPart(search: string | null, ...texts: readonly string[]): boolean {
  if (search === null || search === '') return true;
  const asked = textSearchOf('', search);
  return asked !== null && searchTextOf(...texts).includes(asked.text);
}

function pageOf<T extends { readonly id: string }>(
  matching: readonly T[],
  valueOf: (item: T) => string,
  direction: 1 | -1,
  after: ListPosition | null,
  limit: number,
): Page<T> {
  const positionOf = (item: T): ListPosition => ({ value: valueOf(item), id: item.id });
  const rest = matching
    .toSorted((a, b) => compare(positionOf(a), positionOf(b)) * direction)
    .filter((item) => after === null || compare(positionOf(item), after) * direction > 0);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    next: rest.length > limit && last !== undefined ? positionOf(last) : null,
    total: matching.length,
  };
}

/** Byte by byte, as PostgreSQL's `"C"`. */
function compare(a: ListPosition, b: ListPosition): number {
  return (
    Buffer.compare(Buffer.from(a.value), Buffer.from(b.value)) || Buffer.compare(Buffer.from(a.id), Buffer.from(b.id))
  );
}
