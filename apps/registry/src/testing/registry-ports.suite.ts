import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { Client } from '../domain/client.js';
import type { Realm } from '../domain/realm.js';
import type { ListPosition, RealmQuery } from '../domain/repositories.js';
import { aClient, aRealm, NOW } from './builders.js';
import type { Adapters } from './test-bench.js';

/** Adapters to try, and what ends them. */
export interface OpenedAdapters extends Adapters {
  close(): Promise<void>;
}

const later = (milliseconds: number): Date => new Date(NOW.getTime() + milliseconds);

/** What every set of adapters of the registry's ports must do. */
export function describeRegistryPorts(name: string, open: () => Promise<OpenedAdapters>): void {
  describe(`registry ports: ${name}`, () => {
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

    describe('realms', () => {
      it('come back as they were stored', async () => {
        const stored = await insertRealm({ displayName: 'Ünï "quoted" \\ 😀' });
        expect(await ports.realms.findById(stored.id)).toEqual(stored);
        expect(await ports.realms.findByName(stored.name)).toEqual(stored);
        expect(stored.snapshotVersion).toBeGreaterThan(realm.snapshotVersion);
      });

      it('are found together with whether a client_id is taken, byte by byte and in this realm alone', async () => {
        const { clientId } = await insertClient();
        const other = await insertRealm();
        const taken = async (id: string, wanted: string) => (await ports.realms.findForClient(id, wanted))?.taken;
        expect(await ports.realms.findForClient(realm.id, clientId)).toEqual({ realm, taken: true });
        expect(await taken(other.id, clientId)).toBe(false);
        for (const wanted of [`${clientId} `, `${clientId}\u0000`, '\u0000', '']) {
          expect(await taken(realm.id, wanted)).toBe(false);
        }
        expect(await ports.realms.findForClient(uuidv7(), clientId)).toBeNull();
      });

      it('have names that are unique byte by byte', async () => {
        await expect(insertRealm({ name: realm.name })).rejects.toMatchObject({ code: 'conflict' });
        await insertRealm({ name: realm.name.toUpperCase() });
        expect(await ports.realms.findByName(`${realm.name}\u0000`)).toBeNull();
        expect(await ports.realms.findByName(`${realm.name} `)).toBeNull();
      });

      it('change under a lock, with a new version of the snapshot', async () => {
        const changed = await ports.transactions.run(async (transaction) => {
          const locked = await transaction.lockRealm(realm.id);
          expect(locked).toEqual(realm);
          return transaction.updateRealm({ ...realm, enabled: false, version: 2, updatedAt: later(5) });
        });
        expect(changed.snapshotVersion).toBeGreaterThan(realm.snapshotVersion);
        expect(await ports.realms.findById(realm.id)).toEqual(changed);
        expect(await ports.snapshots.realms([realm.name])).toEqual([
          { version: changed.snapshotVersion, value: changed },
        ]);
      });

      it('are renamed without touching their clients, and leave a version behind under the old name', async () => {
        const client = await insertClient();
        const taken = await insertRealm();
        await expect(
          ports.transactions.run((transaction) => transaction.renameRealm(realm, { ...realm, name: taken.name })),
        ).rejects.toMatchObject({ code: 'conflict' });
        const name = `r-${uuidv7()}`;
        const renamed = await ports.transactions.run(async (transaction) => {
          const before = await transaction.lockRealm(realm.id);
          return transaction.renameRealm(before ?? realm, { ...realm, name, version: 2 });
        });
        expect(await ports.realms.findById(realm.id)).toEqual(renamed.realm);
        expect(await ports.snapshots.realms([realm.name, name])).toEqual([
          { version: renamed.absence, value: null },
          { version: renamed.realm.snapshotVersion, value: renamed.realm },
        ]);
        expect(await ports.clients.findById(realm.id, client.id)).toEqual(client);
        expect(await clientSnapshot(client.clientId)).toMatchObject({
          version: client.snapshotVersion,
          value: { id: client.id },
        });
        const successor = await insertRealm({ name: realm.name });
        expect(successor.snapshotVersion).toBeGreaterThan(renamed.absence);
      });

      it('leave their clients to be cleared in portions, and a version that grows over deletion and re-creation', async () => {
        const client = await insertClient();
        const absence = await ports.transactions.run((transaction) => transaction.deleteRealm(realm));
        expect(absence).toBeGreaterThan(realm.snapshotVersion);
        const others = [await insertClient({ clientId: 'b' }), await insertClient({ clientId: 'c' })];
        const left = async () =>
          (await Promise.all([client, ...others].map(({ id }) => ports.clients.findById(realm.id, id)))).filter(
            Boolean,
          );
        let portions = 0;
        while (await ports.transactions.clearRealm(realm.id, 2)) portions += 1;
        expect([portions, await left()]).toEqual([1, []]);
        expect(await ports.snapshots.realms([realm.name, 'never-there'])).toEqual([
          { version: absence, value: null },
          { version: 0, value: null },
        ]);
        const again = await insertRealm({ name: realm.name });
        expect(again.snapshotVersion).toBeGreaterThan(absence);
        expect(await ports.snapshots.realms([realm.name])).toEqual([{ version: again.snapshotVersion, value: again }]);
      });

      it('are listed by name in pages, searched in any part without case, and cut down to one', async () => {
        const mark = uuidv7();
        for (const name of ['b', 'A', 'c']) await insertRealm({ name: `${name}-${mark}`, displayName: null });
        await insertRealm({ name: `d-${uuidv7()}`, displayName: `Says ${mark.toUpperCase()}_%` });
        const query = { limit: 2, after: null, sort: 'name', search: mark, onlyName: null } as const;
        const first = await ports.realms.list(query);
        expect(first.items.map(({ name }) => name.slice(0, 2))).toEqual(['A-', 'b-']);
        expect(first.total).toBe(4);
        const second = await ports.realms.list({ ...query, after: first.next });
        expect(second.items.map(({ name }) => name.slice(0, 2))).toEqual(['c-', 'd-']);
        expect(second.next).toBeNull();
        const onlyName = `b-${mark}`;
        expect((await ports.realms.list({ ...query, onlyName })).items.map(({ name }) => name)).toEqual([onlyName]);
        expect((await ports.realms.list({ ...query, search: `${mark}_` })).total).toBe(1);
        expect((await ports.realms.list({ ...query, search: `${mark}%` })).total).toBe(0);
        expect((await ports.realms.list({ ...query, search: '\u0000' })).total).toBe(0);
      });
    });

    describe('lists of realms', () => {
      it('come in every order, in pages without gap or overlap, and cut down to those that are enabled', async () => {
        const mark = uuidv7();
        for (const [index, name] of ['b', 'A', 'c', 'd'].entries()) {
          await insertRealm({ name: `${name}-${mark}`, enabled: name !== 'c', createdAt: later((index % 2) * 1_000) });
        }
        const query: RealmQuery = { limit: 200, after: null, sort: 'name', search: mark, onlyName: null };
        const shown = async (more: Partial<RealmQuery>): Promise<string> => {
          const { items } = await ports.realms.list({ ...query, ...more });
          return items.map(({ name }) => name[0]).join('');
        };
        expect([await shown({}), await shown({ sort: '-name' })]).toEqual(['Abcd', 'dcbA']);
        expect([await shown({ enabled: true }), await shown({ enabled: false })]).toEqual(['Abd', 'c']);
        for (const sort of ['name', '-name', 'created_at', '-created_at'] as const) {
          let paged = '';
          let after: ListPosition | null = null;
          do {
            const page = await ports.realms.list({ ...query, sort, after, limit: 1 });
            paged += page.items[0]?.name[0] ?? '';
            after = page.next;
          } while (after !== null);
          expect(paged).toBe(await shown({ sort }));
        }
        expect(await shown({ sort: '-created_at' })).toMatch(/^(Ad|dA)(bc|cb)$/);
      });
    });

    it('remembers milestones', async () => {
      expect(await ports.milestones.isReached('master_realm')).toBe(false);
      await ports.milestones.reach('master_realm');
      await ports.milestones.reach('master_realm');
      expect(await ports.milestones.isReached('master_realm')).toBe(true);
    });
  });
}
