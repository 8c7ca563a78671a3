import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Client } from '../domain/client.js';
import { KEY_TAKEN, type KeptAnswer } from '#idempotency';
import type { Provision } from '../domain/provision.js';
import type { Realm } from '../domain/realm.js';
import { aClient, aRealm, NOW } from './builders.js';
import type { OpenedAdapters } from './registry-ports.suite.js';

const later = (milliseconds: number): Date => new Date(NOW.getTime() + milliseconds);

/** What the transactions of every set of adapters must do. */
export function describeRegistryTransactions(name: string, open: () => Promise<OpenedAdapters>): void {
  describe(`registry transactions: ${name}`, () => {
    let ports: OpenedAdapters;
    let realm: Realm;

    beforeAll(async () => {
      ports = await open();
    });
    afterAll(() => ports.close());
    beforeEach(async () => {
      realm = await ports.transactions.run((transaction) => transaction.insertRealm(aRealm({ name: `r-${uuidv7()}` })));
    });

    const insertClient = (facts: Partial<Client> = {}): Promise<Client> =>
      ports.transactions.run((transaction) => transaction.insertClient(aClient(realm, facts)));
    const aProvision = (facts: Partial<Provision> = {}): Provision => ({
      id: uuidv7(),
      realmId: realm.id,
      clientId: null,
      givenUp: false,
      createdAt: NOW,
      ...facts,
    });

    describe('transactions', () => {
      it('leave nothing behind when they fail', async () => {
        const failure = new Error('on purpose');
        const provision = aProvision();
        const attempt = ports.transactions.run(async (transaction) => {
          await transaction.updateRealm({ ...realm, enabled: false });
          await transaction.insertClient(aClient(realm));
          await transaction.openProvisions([provision]);
          throw failure;
        });
        await expect(attempt).rejects.toBe(failure);
        expect(await ports.realms.findById(realm.id)).toEqual(realm);
        expect(await ports.clients.findByClientId(realm.id, 'billing')).toBeNull();
        expect(await ports.transactions.staleProvisions(later(1), 1_000)).not.toContainEqual(provision);
      });

      it('store what became of redirect URIs, and keep what did not change', async () => {
        const uri = (value: string, enabled = true) => ({
          id: uuidv7(),
          value,
          enabled,
          createdAt: NOW,
          updatedAt: NOW,
        });
        const [stays, goes, ends] = [uri('https://a.example/'), uri('https://b.example/'), uri('https://c.example/')];
        const client = await insertClient({ redirectUris: [stays, goes, ends] });
        const ended = { ...ends, enabled: false, updatedAt: later(5) };
        const comes = uri('https://d.example/', false);
        const after = { ...client, redirectUris: [stays, ended, comes], version: 2 };
        const stored = await ports.transactions.run(async (transaction) => {
          await transaction.storeRedirectUris(client, after);
          return (await transaction.updateClient(client, after)).client;
        });
        expect(stored.redirectUris).toEqual([stays, ended, comes]);
        const read = await ports.clients.findById(realm.id, client.id);
        expect(new Set(read?.redirectUris)).toEqual(new Set([stays, ended, comes]));
      });

      it('lock many clients of a realm, and tell their versions', async () => {
        const [one, two] = [await insertClient({ clientId: 'one' }), await insertClient({ clientId: 'two' })];
        const ids = [one.id, two.id, uuidv7()];
        const lock = (realmId: string) =>
          ports.transactions.run((transaction) => transaction.lockClients(realmId, ids));
        expect(await lock(realm.id)).toEqual(
          new Map([one, two].map(({ id, snapshotVersion }) => [id, snapshotVersion])),
        );
        expect(await lock(uuidv7())).toEqual(new Map());
        const order: string[] = [];
        let next: Promise<unknown> = Promise.resolve();
        await ports.transactions.run(async (transaction) => {
          await transaction.lockClients(realm.id, ids);
          next = ports.transactions.run(async (another) => {
            await another.lockClient(realm.id, two.id);
            order.push('next');
          });
          await new Promise((resolve) => setTimeout(resolve, 50));
          order.push('done');
        });
        await next;
        expect(order).toEqual(['done', 'next']);
      });

      it('give up and remove many provisions, and tell which were still there', async () => {
        const [open, closed, other] = [aProvision(), aProvision(), aProvision()];
        await ports.transactions.run((transaction) => transaction.openProvisions([open, closed, other]));
        await ports.transactions.run((transaction) => transaction.closeProvisions([closed.id]));
        const given = await ports.transactions.run((transaction) =>
          transaction.giveUpProvisions([open.id, closed.id, uuidv7()]),
        );
        expect(given).toEqual([open.id]);
        const stale = async () =>
          (await ports.transactions.staleProvisions(later(-1), 1_000)).filter(({ id }) =>
            [open.id, other.id].includes(id),
          );
        expect(await stale()).toMatchObject([{ id: open.id, givenUp: true }]);
        expect(await ports.transactions.run((transaction) => transaction.closeProvisions([open.id]))).toBe(0);
        await ports.transactions.run((transaction) => transaction.removeProvisions([open.id]));
        expect(await stale()).toEqual([]);
      });

      it('give one winner when many insert the same client_id at once', async () => {
        const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => insertClient({ clientId: 'same' })));
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' });
        }
      });

      it('lose no change of many that lock the same client', async () => {
        const { id } = await insertClient();
        await Promise.all(
          Array.from({ length: 20 }, () =>
            ports.transactions.run(async (transaction) => {
              const client = await transaction.lockClient(realm.id, id);
              if (client === null) throw new Error('gone');
              await transaction.updateClient(client, { ...client, version: client.version + 1 });
            }),
          ),
        );
        expect((await ports.clients.findById(realm.id, id))?.version).toBe(21);
      });
    });

    describe('kept answers', () => {
      const anAnswer = (facts: Partial<KeptAnswer> = {}): KeptAnswer => ({
        keyHash: randomBytes(32),
        requestHash: randomBytes(32),
        realmId: realm.id,
        answer: '{"id":"ü"}',
        createdAt: NOW,
        ...facts,
      });
      const keep = (answer: KeptAnswer, since = NOW) =>
        ports.transactions.run((transaction) => transaction.keepAnswer(answer, since));

      it('are found until they are too old, and give way then', async () => {
        const answer = anAnswer();
        await keep(answer);
        expect(await ports.answers.find(answer.keyHash, NOW)).toEqual(answer);
        expect(await ports.answers.find(answer.keyHash, later(1))).toBeNull();
        expect(await ports.answers.find(randomBytes(32), NOW)).toBeNull();
        await expect(keep(anAnswer({ keyHash: answer.keyHash }))).rejects.toMatchObject({ reason: KEY_TAKEN });
        const newer = anAnswer({ keyHash: answer.keyHash, createdAt: later(2) });
        await keep(newer, later(1));
        expect(await ports.answers.find(answer.keyHash, NOW)).toEqual(newer);
      });

      it('are forgotten when they are old, and with their realm', async () => {
        const [old, young] = [anAnswer(), anAnswer({ createdAt: later(5) })];
        await keep(old);
        await keep(young);
        await ports.answers.forget(later(5));
        expect(await ports.answers.find(old.keyHash, NOW)).toBeNull();
        expect(await ports.answers.find(young.keyHash, NOW)).toEqual(young);
        await ports.transactions.run((transaction) => transaction.deleteRealm(realm));
        expect(await ports.answers.find(young.keyHash, NOW)).toBeNull();
        realm = await ports.transactions.run((transaction) =>
          transaction.insertRealm(aRealm({ name: `r-${uuidv7()}` })),
        );
        await keep({ ...young, realmId: realm.id });
        expect(await ports.answers.find(young.keyHash, NOW)).toMatchObject({ realmId: realm.id });
      });

      it('have one winner under each key, and nothing of the others stays', async () => {
        const keyHash = randomBytes(32);
        const outcomes = await Promise.allSettled(
          Array.from({ length: 8 }, (_, index) =>
            ports.transactions.run(async (transaction) => {
              await transaction.insertClient(aClient(realm, { clientId: `c${String(index)}` }));
              await transaction.keepAnswer(anAnswer({ keyHash }), NOW);
            }),
          ),
        );
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        const query = { limit: 10, after: null, sort: 'client_id', search: null, filter: {} } as const;
        expect((await ports.clients.list(realm.id, query)).items).toHaveLength(1);
      });
    });

    describe('many clients', () => {
      it('are inserted as one is, each with a version of its own; a taken client_id stops all of them', async () => {
        const redirectUris = [
          { id: uuidv7(), value: 'https://a.example/cb', enabled: true, createdAt: NOW, updatedAt: NOW },
        ];
        const made = [aClient(realm, { clientId: 'one', redirectUris }), aClient(realm, { clientId: 'two' })];
        const stored = await ports.transactions.run((transaction) => transaction.insertClients(made));
        expect(new Set(stored.map(({ snapshotVersion }) => snapshotVersion)).size).toBe(2);
        for (const client of stored) expect(await ports.clients.findById(realm.id, client.id)).toEqual(client);
        const again = [aClient(realm, { clientId: 'three' }), aClient(realm, { clientId: 'two' })];
        await expect(ports.transactions.run((transaction) => transaction.insertClients(again))).rejects.toMatchObject({
          code: 'conflict',
        });
        expect(await ports.clients.findByClientId(realm.id, 'three')).toBeNull();
        expect(await ports.transactions.run((transaction) => transaction.insertClients([]))).toEqual([]);
      });
    });

    describe('provisions', () => {
      const open = async (): Promise<Provision> => {
        const provision = aProvision({ clientId: uuidv7() });
        await ports.transactions.run((transaction) => transaction.openProvisions([provision]));
        return provision;
      };
      const close = async ({ id }: Provision) =>
        (await ports.transactions.run((transaction) => transaction.closeProvisions([id]))) === 1;
      const giveUp = async ({ id }: Provision) =>
        (await ports.transactions.run((transaction) => transaction.giveUpProvisions([id]))).length === 1;

      it('are closed once, and found again when they are old', async () => {
        const provision = await open();
        expect(await ports.transactions.staleProvisions(NOW, 1_000)).not.toContainEqual(provision);
        expect(await ports.transactions.staleProvisions(later(1), 1_000)).toContainEqual(provision);
        expect([await close(provision), await close(provision), await giveUp(provision)]).toEqual([true, false, false]);
      });

      it('cannot be closed once they are given up, and are found until they are removed', async () => {
        const provision = await open();
        expect([await giveUp(provision), await giveUp(provision), await close(provision)]).toEqual([true, true, false]);
        expect(await ports.transactions.staleProvisions(NOW, 1_000)).toContainEqual({ ...provision, givenUp: true });
        await ports.transactions.run((transaction) => transaction.removeProvisions([provision.id]));
        expect(await giveUp(provision)).toBe(false);
      });

      it('end together with what keeps the realm, for an addition to it', async () => {
        const realm = await ports.transactions.run((transaction) =>
          transaction.insertRealm(aRealm({ name: `r-${uuidv7()}` })),
        );
        const keep = (id: string, provision: Provision | null) =>
          ports.transactions.run((transaction) => transaction.keepForAddition(id, provision?.id ?? null));
        const provision = await open();
        expect(await keep(realm.id, null)).toEqual({ realmName: realm.name, closed: true });
        expect(await keep(realm.id, provision)).toEqual({ realmName: realm.name, closed: true });
        expect(await keep(realm.id, provision)).toEqual({ realmName: realm.name, closed: false });
        const givenUp = await open();
        await giveUp(givenUp);
        expect(await keep(realm.id, givenUp)).toEqual({ realmName: realm.name, closed: false });
        expect(await keep(uuidv7(), await open())).toBeNull();
      });

      it('are opened and closed many at once, those that were given up excepted', async () => {
        const provisions = [aProvision({ clientId: uuidv7() }), aProvision({ clientId: uuidv7() })];
        await ports.transactions.openProvisions(provisions);
        const [first] = provisions;
        if (first !== undefined) await giveUp(first);
        const ids = provisions.map(({ id }) => id);
        expect(await ports.transactions.run((transaction) => transaction.closeProvisions(ids))).toBe(1);
        expect(await ports.transactions.run((transaction) => transaction.closeProvisions([]))).toBe(0);
      });

      it('are either closed or given up when both happen at once', async () => {
        const provisions = await Promise.all(Array.from({ length: 10 }, open));
        for (const provision of provisions) {
          const [closed, givenUp] = await Promise.all([close(provision), giveUp(provision)]);
          expect(closed).not.toBe(givenUp);
        }
      });
    });
  });
}
