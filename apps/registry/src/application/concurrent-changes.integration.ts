import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '#errors';
import { ADMINISTRATOR, aRegistration } from '../testing/builders.js';
import { openPostgresRegistry, type PostgresRegistry } from '../testing/open-postgres-registry.js';
import { TestBench } from '../testing/test-bench.js';
import type { Realm } from '../domain/realm.js';

describe('many at once, on PostgreSQL', () => {
  let registry: PostgresRegistry;
  let bench: TestBench;
  let realm: Realm;
  let count = 0;

  beforeAll(async () => {
    registry = await openPostgresRegistry();
  });
  afterAll(() => registry.close());
  beforeEach(async () => {
    bench = new TestBench(registry);
    realm = await bench.storeRealm({ name: `realm-${(count += 1)}` });
  });

  const clientIdsOf = async (realmId: string): Promise<readonly string[]> => {
    const query = { limit: 100, after: null, sort: 'client_id', search: null, filter: {} } as const;
    return (await registry.clients.list(realmId, query)).items.map(({ clientId }) => clientId);
  };

  it('registers one of 16 clients that want the same client_id; the others get a conflict', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 16 }, (_, index) =>
        bench.registerClient.execute(
          aRegistration(realm.id, { serviceAccountEnabled: index % 2 === 0 }),
          bench.context,
        ),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' });
    }
    expect(await registry.transactions.staleProvisions(new Date('2099-01-01'), 1)).toEqual([]);
  });

  it('applies the same configuration many times at once: each client is made once, and nobody is refused', async () => {
    const configuration = {
      version: 1 as const,
      clients: ['a', 'b', 'c'].map((id) => ({ client_id: id, service_account_enabled: id === 'b' })),
    };
    const request = {
      actor: ADMINISTRATOR,
      realmId: realm.id,
      configuration,
      secrets: {},
      dryRun: false,
      planDigest: null,
    };
    const results = await Promise.all(
      Array.from({ length: 8 }, () => bench.applyConfiguration.execute(request, bench.context)),
    );
    expect(results.map(({ changes }) => changes.length).filter((count) => count > 0)).toEqual([3]);
    expect(await clientIdsOf(realm.id)).toEqual(['a', 'b', 'c']);
    expect(await registry.transactions.staleProvisions(new Date('2099-01-01'), 1)).toEqual([]);
  });

  it('creates one of 6 realms that want the same name', async () => {
    const request = { actor: ADMINISTRATOR, name: 'wanted', displayName: null };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, () => bench.createRealm.execute(request, bench.context)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' });
    }
    const created = await registry.realms.findByName('wanted');
    const query = { limit: 10, after: null, sort: 'client_id', search: null, filter: {} } as const;
    const { items } = await registry.clients.list(created?.id ?? '', query);
    expect(items.map(({ clientId }) => clientId)).toEqual(['account', 'console', 'realm-management']);
  });

  it('creates once however often the same key comes at once, clients and realms', async () => {
    const registration = aRegistration(realm.id, { clientId: null, idempotencyKey: 'k', serviceAccountEnabled: true });
    const clients = await Promise.all(
      Array.from({ length: 12 }, () => bench.registerClient.execute(registration, bench.context)),
    );
    expect(new Set(clients.map(({ client }) => client.id)).size).toBe(1);
    expect(clients.filter(({ clientSecret }) => clientSecret !== null)).toHaveLength(1);
    expect(await clientIdsOf(realm.id)).toHaveLength(1);
    const request = { actor: ADMINISTRATOR, name: `once-${String(count)}`, displayName: null, idempotencyKey: 'k' };
    const realms = await Promise.all(
      Array.from({ length: 6 }, () => bench.createRealm.execute(request, bench.context)),
    );
    expect(new Set(realms.map(({ id }) => id)).size).toBe(1);
    expect(await registry.transactions.staleProvisions(new Date('2099-01-01'), 1)).toEqual([]);
  });

  it('renames a realm while its clients are changed and added; each stays, and the last change of each stands', async () => {
    const ids = await Promise.all(
      ['a', 'b', 'c'].map(async (clientId) => (await bench.storeClient(realm, { clientId })).id),
    );
    const actor = ADMINISTRATOR;
    const rename = async (): Promise<void> => {
      for (let round = 0; round < 5; round += 1) {
        const changes = { name: `${realm.name}-${String(round)}` };
        await bench.updateRealm.execute({ actor, realmId: realm.id, ifVersion: null, changes }, bench.context);
      }
    };
    const change = async (id: string): Promise<void> => {
      for (let round = 1; round <= 8; round += 1) {
        const changes = { description: String(round) };
        await bench.updateClient.execute({ actor, realmId: realm.id, id, ifVersion: null, changes }, bench.context);
      }
    };
    const outcomes = await Promise.allSettled([
      rename(),
      ...ids.map(change),
      ...['d', 'e'].map((clientId) =>
        bench.registerClient.execute(aRegistration(realm.id, { clientId }), bench.context),
      ),
    ]);
    // Whoever kept losing was told to try again; nobody was told that it worked when it did not.
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ reason: 'stale_read' });
    }
    expect(outcomes[0]?.status).toBe('fulfilled');
    const present = await registry.realms.findById(realm.id);
    expect(present?.name).toBe(`${realm.name}-4`);
    // What was published last under each key is what is stored.
    const clientIds = await clientIdsOf(realm.id);
    expect(clientIds).toEqual(expect.arrayContaining(['a', 'b', 'c']));
    const loaded = await registry.snapshots.clients(clientIds.map((clientId) => ({ realmId: realm.id, clientId })));
    for (const [index, { version }] of loaded.entries()) {
      const key = `${realm.id}/${clientIds[index] ?? ''}`;
      const published = bench.writer.published.filter((one) => one.key === key);
      if (published.length > 0) expect(version).toBe(Math.max(...published.map((one) => one.version)));
    }
  });

  it('loses none of 20 updates that each say which version they have seen', async () => {
    const { id } = await bench.storeClient(realm, { description: '' });
    const append = async (word: string): Promise<void> => {
      for (;;) {
        const client = await registry.clients.findById(realm.id, id);
        const changes = { description: `${client?.description ?? ''} ${word}` };
        const request = { actor: ADMINISTRATOR, realmId: realm.id, id, ifVersion: client?.version ?? null, changes };
        try {
          await bench.updateClient.execute(request, bench.context);
          return;
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'precondition_failed') throw error;
        }
      }
    };
    const words = Array.from({ length: 20 }, (_, index) => `w${index}`);
    await Promise.all(words.map(append));
    const client = await registry.clients.findById(realm.id, id);
    expect(client?.description?.trim().split(' ').sort()).toEqual(words.toSorted());
    expect(client?.version).toBe(21);
  });

  it('publishes versions in the order of commits: the greatest is the state that stays', async () => {
    const { id, clientId } = await bench.storeClient(realm);
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        bench.updateClient.execute(
          {
            actor: ADMINISTRATOR,
            realmId: realm.id,
            id,
            ifVersion: null,
            changes: { enabled: index % 2 === 0, name: `n${index}` },
          },
          bench.context,
        ),
      ),
    );
    const versions = bench.writer.published.map(({ version }) => version);
    expect(new Set(versions).size).toBe(12);
    const newest = bench.writer.published.find(({ version }) => version === Math.max(...versions));
    const [loaded] = await registry.snapshots.clients([{ realmId: realm.id, clientId }]);
    expect(loaded?.version).toBe(newest?.version);
    expect(newest?.value).toMatchObject({ enabled: loaded?.value?.enabled });
  });

  it('keeps all secrets of rotations that happen at once', async () => {
    const { id } = await bench.storeClient(realm);
    const replies = await Promise.all(
      Array.from({ length: 8 }, () =>
        bench.rotateClientSecret.execute(
          { actor: ADMINISTRATOR, realmId: realm.id, id, graceSeconds: 600 },
          bench.context,
        ),
      ),
    );
    const client = await registry.clients.findById(realm.id, id);
    const endless = client?.secrets.filter(({ expiresAt }) => expiresAt === null);
    expect(endless).toHaveLength(1);
    expect(client?.secrets.map((secret) => secret.id)).toEqual(
      expect.arrayContaining(replies.map((reply) => reply.id)),
    );
  });

  it('never leaves a client in a realm that is deleted at the same time', async () => {
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 8 }, (_, index) =>
        bench.registerClient.execute(aRegistration(realm.id, { clientId: `c${index}` }), bench.context),
      ),
      bench.deleteRealm.execute({ actor: ADMINISTRATOR, realmId: realm.id, ifVersion: null }, bench.context),
    ]);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'not_found' });
    }
    expect(await registry.transactions.clearRealm(realm.id, 100)).toBe(false);
    const [row]: { total: number }[] = await registry.dataSource.query(
      'SELECT count(*)::int AS total FROM registry.clients c WHERE c.realm_id = $1',
      [realm.id],
    );
    expect(row?.total).toBe(0);
  });
});
