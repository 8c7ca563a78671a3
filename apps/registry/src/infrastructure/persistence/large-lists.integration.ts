import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FOUND_AT_MOST } from '#database';
import type { Client } from '../../domain/client.js';
import type { ClientQuery } from '../../domain/repositories.js';
import type { Realm } from '../../domain/realm.js';
import { aClient, aRealm } from '../../testing/builders.js';
import { openPostgresRegistry, type PostgresRegistry } from '../../testing/open-postgres-registry.js';
import { ClientEntity } from './entities/client.entity.js';
import { fromClient } from './rows.js';

const MANY = FOUND_AT_MOST + 200;
const QUERY: ClientQuery = { limit: 50, after: null, sort: 'client_id', search: null, filter: {} };

describe('lists of many clients', () => {
  let registry: PostgresRegistry;
  let realm: Realm;
  let expected: readonly string[];

  beforeAll(async () => {
    registry = await openPostgresRegistry();
    realm = await registry.transactions.run((transaction) => transaction.insertRealm(aRealm()));
    const clients: Client[] = Array.from({ length: MANY }, (_, index) =>
      aClient(realm, { clientId: `Rechnung-${String(index).padStart(5, '0')}`, name: `Größe ${String(index % 7)}` }),
    );
    expected = clients.map(({ clientId }) => clientId);
    for (let start = 0; start < MANY; start += 200) {
      await registry.dataSource.manager.insert(ClientEntity, clients.slice(start, start + 200).map(fromClient));
    }
  });
  afterAll(() => registry.close());

  const all = async (query: Partial<ClientQuery>): Promise<readonly string[]> => {
    const seen: string[] = [];
    let after: ClientQuery['after'] = null;
    do {
      const page = await registry.clients.list(realm.id, { ...QUERY, ...query, limit: 200, after });
      seen.push(...page.items.map(({ clientId }) => clientId));
      after = page.next;
    } while (after !== null);
    return seen;
  };

  it('say that a search found more than was counted, and page through all of it all the same', async () => {
    const page = await registry.clients.list(realm.id, { ...QUERY, search: 'rechnung' });
    expect([page.total, page.atLeast, page.items.length]).toEqual([FOUND_AT_MOST, true, 50]);
    expect(await all({ search: 'RECHNUNG' })).toEqual(expected);
    expect(await all({ search: 'g', sort: '-client_id' })).toEqual(expected.toReversed());
    const whole = await registry.clients.list(realm.id, QUERY);
    expect([whole.total, whole.atLeast]).toEqual([MANY, undefined]);
  });

  it('take names that are as long as any may be, in letters that grow when they are folded', async () => {
    const elsewhere = await registry.transactions.run((transaction) =>
      transaction.insertRealm(aRealm({ name: 'long' })),
    );
    // In no order, so that it does not get shorter by compression.
    const name = Array.from({ length: 255 }, (_, index) => 'ᾷῇῷᾂᾓᾣ'[(index * index * 7 + (index >> 3)) % 6] ?? '').join(
      '',
    );
    const longest = aClient(elsewhere, { clientId: `C${'-x'.repeat(127)}`, name });
    await registry.transactions.run((transaction) => transaction.insertClient(longest));
    const page = await registry.clients.list(elsewhere.id, { ...QUERY, sort: 'name', search: name.slice(7, 12) });
    expect(page.items.map(({ id }) => id)).toEqual([longest.id]);
  });

  it('find any part whatever its case, also beyond ASCII and shorter than three letters', async () => {
    const ofSix = expected.filter((_, index) => index % 7 === 6);
    for (const search of ['größe 6', 'GRÖSSE 6', 'ÖSSE 6']) expect(await all({ search })).toEqual(ofSix);
    expect(await all({ search: '-00003' })).toEqual(['Rechnung-00003']);
    for (const search of ['größe 7', 'x', 'Rechnung-00003Größe', '%', '_', '\\']) {
      expect(await registry.clients.list(realm.id, { ...QUERY, search })).toMatchObject({ items: [], total: 0 });
    }
  });

  it('find matches that all stand at the other end of the order', async () => {
    const wide = await registry.transactions.run((transaction) => transaction.insertRealm(aRealm({ name: 'wide' })));
    const many = (prefix: string, count: number): Client[] =>
      Array.from({ length: count }, (_, index) => aClient(wide, { clientId: `${prefix}-${String(10_000 + index)}` }));
    const clients = [...many('aa', 5_100), ...many('zz', MANY)];
    for (let start = 0; start < clients.length; start += 500) {
      await registry.dataSource.manager.insert(ClientEntity, clients.slice(start, start + 500).map(fromClient));
    }
    for (const sort of ['client_id', '-client_id'] as const) {
      const page = await registry.clients.list(wide.id, { ...QUERY, search: 'zz-', sort });
      const found = page.items.map(({ clientId }) => clientId);
      expect([found.length, page.total, page.next === null]).toEqual([50, FOUND_AT_MOST, false]);
      expect(found[0]).toBe(sort === 'client_id' ? 'zz-10000' : `zz-${String(10_000 + MANY - 1)}`);
    }
  });

  it('go on finding a client under what it is called now', async () => {
    const [id] = (await registry.clients.list(realm.id, { ...QUERY, search: '-00009' })).items.map(
      (client) => client.id,
    );
    await registry.transactions.run(async (transaction) => {
      const client = await transaction.lockClient(realm.id, id ?? '');
      if (client !== null) await transaction.updateClient(client, { ...client, name: 'Ganz neu' });
    });
    expect(await all({ search: 'NZ N' })).toEqual(['Rechnung-00009']);
    expect(await all({ search: 'größe 2' })).not.toContain('Rechnung-00009');
  });
});
