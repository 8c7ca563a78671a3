import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { makeSecretText, secretAtRest } from '../domain/client-secret.js';
import type { Client } from '../domain/client.js';
import type { Realm } from '../domain/realm.js';
import type { ClientQuery, ListPosition } from '../domain/repositories.js';
import { aClient, aRealm, NOW } from './builders.js';
import type { OpenedAdapters } from './registry-ports.suite.js';

const later = (milliseconds: number): Date => new Date(NOW.getTime() + milliseconds);
const EVERYTHING: ClientQuery = { limit: 200, after: null, sort: 'client_id', search: null, filter: {} };

/** What every set of adapters must do with clients. */
export function describeClientPorts(name: string, open: () => Promise<OpenedAdapters>): void {
  describe(`clients: ${name}`, () => {
    let ports: OpenedAdapters;
    let realm: Realm;

    beforeAll(async () => {
      ports = await open();
    });
    afterAll(() => ports.close());
    beforeEach(async () => {
      realm = await insertRealm();
    });

    const insertRealm = (facts: Partial<Realm> = {}): Promise<Realm> =>
      ports.transactions.run((transaction) => transaction.insertRealm(aRealm({ name: `r-${uuidv7()}`, ...facts })));
    const insertClient = (facts: Partial<Client> = {}): Promise<Client> =>
      ports.transactions.run((transaction) => transaction.insertClient(aClient(realm, facts)));
    const clientSnapshot = async (clientId: string) => {
      const [snapshot] = await ports.snapshots.clients([{ realmId: realm.id, clientId }]);
      return snapshot;
    };

    describe('clients', () => {
      it('come back as they were stored, secrets and redirect URIs in order', async () => {
        const uri = (value: string) => ({ id: uuidv7(), value, enabled: true, createdAt: NOW, updatedAt: NOW });
        const stored = await insertClient({
          description: 'x',
          accessTokenLifetimeSeconds: 60,
          serviceAccountUserId: uuidv7(),
          redirectUris: [uri('https://b.example/'), uri('https://a.example/')],
        });
        expect(await ports.clients.findById(realm.id, stored.id)).toEqual(stored);
        expect(await ports.clients.findByClientId(realm.id, stored.clientId)).toEqual(stored);
        expect(await ports.clients.findMany(realm.id, { clientIds: [stored.clientId, 'none', 'a\u0000'] })).toEqual([
          stored,
        ]);
        expect(await ports.clients.findMany(realm.id, { ids: [stored.id, uuidv7()] })).toEqual([stored]);
        expect(await ports.clients.findMany(uuidv7(), { ids: [stored.id] })).toEqual([]);
      });

      it('are found in their own realm only, byte by byte', async () => {
        const stored = await insertClient();
        const other = await insertRealm();
        expect(await ports.clients.findById(other.id, stored.id)).toBeNull();
        expect(await ports.clients.findByClientId(other.id, stored.clientId)).toBeNull();
        expect(await ports.clients.findByClientId(realm.id, stored.clientId.toUpperCase())).toBeNull();
        expect(await ports.clients.findByClientId(realm.id, 'a\u0000')).toBeNull();
        const locked = await ports.transactions.run((transaction) => transaction.lockClient(other.id, stored.id));
        expect(locked).toBeNull();
      });

      it('have a client_id that is unique in the realm', async () => {
        await insertClient({ clientId: 'one' });
        await expect(insertClient({ clientId: 'one' })).rejects.toMatchObject({ code: 'conflict' });
        const two = await insertClient({ clientId: 'two' });
        await expect(
          ports.transactions.run((transaction) => transaction.updateClient(two, { ...two, clientId: 'one' })),
        ).rejects.toMatchObject({ code: 'conflict' });
        realm = await insertRealm();
        await insertClient({ clientId: 'one' });
      });

      it('change with their secrets: added, dated, removed', async () => {
        const secret = () => secretAtRest(makeSecretText(), { id: uuidv7(), createdAt: NOW });
        const [first, second, third] = [secret(), secret(), secret()];
        const before = await insertClient({ secrets: [first, second] });
        const dated = { ...second, expiresAt: later(60_000) };
        const { client, absence } = await ports.transactions.run(async (transaction) => {
          const locked = await transaction.lockClient(realm.id, before.id);
          expect(locked).toEqual(before);
          return transaction.updateClient(before, { ...before, name: 'New', secrets: [dated, third] });
        });
        expect(absence).toBeNull();
        expect(await ports.clients.findById(realm.id, before.id)).toEqual({ ...client, secrets: [dated, third] });
        expect(client.snapshotVersion).toBeGreaterThan(before.snapshotVersion);
        const snapshot = await clientSnapshot(before.clientId);
        expect(snapshot?.version).toBe(client.snapshotVersion);
        expect(snapshot?.value?.secrets).toEqual([dated, third]);
      });

      it('leave a growing version behind when they are renamed or deleted', async () => {
        const before = await insertClient({ clientId: 'old' });
        const { client, absence } = await ports.transactions.run((transaction) =>
          transaction.updateClient(before, { ...before, clientId: 'new' }),
        );
        expect(absence).toBeGreaterThan(before.snapshotVersion);
        expect(await clientSnapshot('old')).toEqual({ version: absence, value: null });
        expect(await clientSnapshot('new')).toMatchObject({
          version: client.snapshotVersion,
          value: { id: client.id },
        });
        const successor = await insertClient({ clientId: 'old' });
        expect(successor.snapshotVersion).toBeGreaterThan(absence ?? Infinity);
        expect(await clientSnapshot('old')).toMatchObject({ version: successor.snapshotVersion });
        const gone = await ports.transactions.run((transaction) => transaction.deleteClient(successor));
        expect(await clientSnapshot('old')).toEqual({ version: gone, value: null });
        expect(await ports.clients.findById(realm.id, successor.id)).toBeNull();
      });

      it('are loaded many at once, in the order asked, each with its own secrets', async () => {
        const many = await Promise.all(
          ['a', 'b/c', 'd'].map((clientId) => insertClient({ clientId, ...(clientId === 'd' ? { secrets: [] } : {}) })),
        );
        const keys = ['d', 'nobody', 'b/c', 'a', 'b/c', 'x\u0000'].map((clientId) => ({
          realmId: realm.id,
          clientId,
        }));
        const loaded = await ports.snapshots.clients(keys);
        expect(loaded.map(({ value }) => value?.id ?? null)).toEqual([
          many[2]?.id,
          null,
          many[1]?.id,
          many[0]?.id,
          many[1]?.id,
          null,
        ]);
        expect(loaded.map(({ value }) => value?.secrets.length ?? null)).toEqual([0, null, 1, 1, 1, null]);
        expect(await ports.snapshots.clients([{ realmId: uuidv7(), clientId: 'a' }])).toEqual([
          { version: 0, value: null },
        ]);
      });

      it('are listed in every order, in pages without gap or overlap, also with equal values', async () => {
        const names = ['b', 'B', 'a', 'a', 'a', 'ä', '_'];
        for (const [index, name] of names.entries()) {
          await insertClient({ clientId: `c${index}`, name, createdAt: later((index % 3) * 1_000) });
        }
        for (const sort of ['client_id', '-client_id', 'name', '-name', 'created_at', '-created_at'] as const) {
          const all = (await ports.clients.list(realm.id, { ...EVERYTHING, sort })).items.map(
            ({ clientId }) => clientId,
          );
          expect(all).toHaveLength(names.length);
          const paged: string[] = [];
          let after: ListPosition | null = null;
          do {
            const page = await ports.clients.list(realm.id, { ...EVERYTHING, sort, after, limit: 2 });
            expect(page.total).toBe(names.length);
            paged.push(...page.items.map(({ clientId }) => clientId));
            after = page.next;
          } while (after !== null);
          expect(paged).toEqual(all);
        }
        const byName = await ports.clients.list(realm.id, { ...EVERYTHING, sort: 'name' });
        expect(byName.items.map(({ name }) => name)).toEqual(['B', '_', 'a', 'a', 'a', 'b', 'ä']);
        const newestFirst = await ports.clients.list(realm.id, { ...EVERYTHING, sort: '-created_at' });
        expect(newestFirst.items.slice(0, 2).map(({ clientId }) => clientId)).toEqual(['c5', 'c2']);
      });

      it('are filtered by each of their members', async () => {
        await insertClient({ clientId: 'plain', name: 'Plain' });
        const facts: readonly Partial<Client>[] = [
          { name: 'Wanted' },
          { owner: 'team-a' },
          { enabled: false },
          { clientType: 'public', publicClient: true },
          { firstParty: true },
          { serviceAccountEnabled: true },
          { directAccessGrantsEnabled: true },
        ];
        for (const [index, fact] of facts.entries()) await insertClient({ clientId: `c${index}`, ...fact });
        for (const [index, fact] of facts.entries()) {
          const { items, total } = await ports.clients.list(realm.id, { ...EVERYTHING, filter: fact });
          expect([items.map(({ clientId }) => clientId), total]).toEqual([[`c${index}`], 1]);
        }
        const { items } = await ports.clients.list(realm.id, {
          ...EVERYTHING,
          filter: { firstParty: false, owner: 'TEAM-A' },
        });
        expect(items).toEqual([]);
        const secret = { ...EVERYTHING, filter: { name: 'a\0' } };
        expect((await ports.clients.list(realm.id, secret)).items).toEqual([]);
      });

      it('are searched and filtered; nothing a caller sends is a pattern', async () => {
        await insertClient({ clientId: 'pay-100%', name: 'Payments' });
        await insertClient({ clientId: 'billing', name: 'Rechnung', enabled: false });
        await insertClient({ clientId: 'spa', name: 'x_y', clientType: 'public', publicClient: true, secrets: [] });
        const found = async (query: Partial<ClientQuery>) =>
          (await ports.clients.list(realm.id, { ...EVERYTHING, ...query })).items.map(({ clientId }) => clientId);
        expect(await found({ search: 'PAY' })).toEqual(['pay-100%']);
        expect(await found({ search: 'ill' })).toEqual(['billing']);
        expect(await found({ search: '%' })).toEqual(['pay-100%']);
        expect(await found({ search: '_' })).toEqual(['spa']);
        expect(await found({ search: "'" })).toEqual([]);
        expect(await found({ search: 'a\u0000' })).toEqual([]);
        expect(await found({ search: '' })).toHaveLength(3);
        expect(await found({ filter: { clientId: 'spa' } })).toEqual(['spa']);
        expect(await found({ filter: { clientId: undefined, owner: undefined, enabled: false } })).toEqual(['billing']);
        expect(await found({ filter: { clientId: 'Spa' } })).toEqual([]);
        expect(await found({ filter: { enabled: false } })).toEqual(['billing']);
        expect(await found({ filter: { clientType: 'confidential', enabled: true } })).toEqual(['pay-100%']);
        expect(await ports.clients.list((await insertRealm()).id, EVERYTHING)).toEqual({
          items: [],
          next: null,
          total: 0,
        });
      });

      it('need a realm', async () => {
        await ports.transactions.run((transaction) => transaction.deleteRealm(realm));
        expect(await ports.transactions.run((transaction) => transaction.keepRealm(realm.id))).toBeNull();
        expect(await ports.transactions.run((transaction) => transaction.lockRealm(realm.id))).toBeNull();
      });
    });
  });
}
