import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, aRealm, NOW } from '../../testing/builders.js';
import { openPostgresRegistry, type PostgresRegistry } from '../../testing/open-postgres-registry.js';

describe('last uses of secrets on PostgreSQL', () => {
  let registry: PostgresRegistry;

  beforeAll(async () => {
    registry = await openPostgresRegistry();
  });
  afterAll(() => registry.close());

  it('wait for nobody: what is locked comes back, and the next report stores it', async () => {
    const realm = await registry.transactions.run((transaction) => transaction.insertRealm(aRealm()));
    const [locked, free] = await registry.transactions.run((transaction) =>
      Promise.all([
        transaction.insertClient(aClient(realm, { clientId: 'locked' })),
        transaction.insertClient(aClient(realm, { clientId: 'free' })),
      ]),
    );
    const uses = [locked, free].map(({ secrets }) => ({
      realmId: realm.id,
      secretId: secrets[0]?.id ?? '',
      usedAt: NOW,
    }));
    const lastUses = async () =>
      Promise.all(
        [locked, free].map(async ({ id }) => (await registry.clients.findById(realm.id, id))?.secrets[0]?.lastUsedAt),
      );
    await registry.transactions.run(async (transaction) => {
      await transaction.updateClient(locked, {
        ...locked,
        secrets: locked.secrets.map((secret) => ({ ...secret, expiresAt: NOW })),
      });
      expect(await registry.secretUses.touch(uses)).toEqual([uses[0]?.secretId]);
      expect(await lastUses()).toEqual([null, NOW]);
    });
    expect(await registry.secretUses.touch(uses)).toEqual([]);
    expect(await lastUses()).toEqual([NOW, NOW]);
  });

  it('of many instances at once, in any order, end with the latest', async () => {
    const realm = await registry.transactions.run((transaction) => transaction.insertRealm(aRealm({ name: 'busy' })));
    const clients = await registry.transactions.run(async (transaction) => {
      const made = [];
      for (let index = 0; index < 20; index += 1) {
        made.push(await transaction.insertClient(aClient(realm, { clientId: `c${index}` })));
      }
      return made;
    });
    const ids = clients.map(({ secrets }) => secrets[0]?.id ?? '');
    const report = async (instance: number): Promise<void> => {
      let waiting = instance % 2 === 0 ? ids : ids.toReversed();
      while (waiting.length > 0) {
        const usedAt = new Date(NOW.getTime() + instance * 60_000);
        const busy = await registry.secretUses.touch(
          waiting.map((secretId) => ({ realmId: realm.id, secretId, usedAt })),
        );
        waiting = [...busy];
      }
    };
    await Promise.all(Array.from({ length: 6 }, (_, instance) => report(instance)));
    for (const { id } of clients) {
      const client = await registry.clients.findById(realm.id, id);
      expect(client?.secrets[0]?.lastUsedAt).toEqual(new Date(NOW.getTime() + 5 * 60_000));
    }
  });
});
