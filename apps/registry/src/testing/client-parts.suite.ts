import { CLIENT_URI_KINDS } from '#contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { makeSecretText, secretAtRest } from '../domain/client-secret.js';
import type { ClientUri } from '../domain/client-uri.js';
import type { Client } from '../domain/client.js';
import type { Realm } from '../domain/realm.js';
import { aClient, aRealm, NOW } from './builders.js';
import type { OpenedAdapters } from './registry-ports.suite.js';

const later = (milliseconds: number): Date => new Date(NOW.getTime() + milliseconds);

/** What every set of adapters must do with the parts of a client that have tables of their own. */
export function describeClientParts(name: string, open: () => Promise<OpenedAdapters>): void {
  describe(`parts of clients: ${name}`, () => {
    let ports: OpenedAdapters;
    let realm: Realm;
    let client: Client;

    beforeAll(async () => {
      ports = await open();
    });
    afterAll(() => ports.close());
    beforeEach(async () => {
      realm = await insertRealm();
      client = await insertClient(realm);
    });

    const insertRealm = (): Promise<Realm> =>
      ports.transactions.run((transaction) => transaction.insertRealm(aRealm({ name: `r-${uuidv7()}` })));
    const insertClient = (owner: Realm, facts: Partial<Client> = {}): Promise<Client> =>
      ports.transactions.run((transaction) => transaction.insertClient(aClient(owner, facts)));
    const aUri = (value: string, createdAt = NOW): ClientUri => ({
      id: uuidv7(),
      value,
      enabled: true,
      createdAt,
      updatedAt: createdAt,
    });

    describe.each(CLIENT_URI_KINDS)('URIs of the kind %s', (kind) => {
      const insert = (owner: Client, ...uris: readonly ClientUri[]) =>
        ports.transactions.run(async (transaction) => {
          for (const uri of uris) await transaction.uris.insert(kind, owner, uri);
        });

      it('are added, changed and removed, and listed in the order in which they came', async () => {
        const [first, second] = [aUri('https://b.example'), aUri('https://a.example', later(1))];
        await insert(client, second, first);
        expect(await ports.uris.list(kind, client)).toEqual([first, second]);
        const disabled = { ...first, enabled: false, updatedAt: later(5) };
        await ports.transactions.run(async (transaction) => {
          await transaction.uris.update(kind, client, disabled);
          expect(await transaction.uris.list(kind, client)).toEqual([disabled, second]);
          await transaction.uris.delete(kind, client, second.id);
        });
        expect(await ports.uris.list(kind, client)).toEqual([disabled]);
        for (const other of CLIENT_URI_KINDS.filter((candidate) => candidate !== kind)) {
          expect(await ports.uris.list(other, client)).toEqual([]);
        }
      });

      it('are listed and added for many clients of one realm at once', async () => {
        const [first, second, third] = [
          aUri('https://b.example'),
          aUri('https://a.example', later(1)),
          aUri('https://c.example'),
        ];
        const [other, bare] = [
          await insertClient(realm, { clientId: 'other' }),
          await insertClient(realm, { clientId: 'bare' }),
        ];
        await ports.transactions.run(async (transaction) => {
          await transaction.uris.insertMany(kind, [
            { owner: client, uri: second },
            { owner: other, uri: third },
            { owner: client, uri: first },
          ]);
          await transaction.uris.insertMany(kind, []);
        });
        const ids = [client.id, other.id, bare.id];
        expect(await ports.uris.listMany(kind, realm.id, ids)).toEqual(
          new Map([
            [client.id, [first, second]],
            [other.id, [third]],
          ]),
        );
        expect(await ports.uris.listMany(kind, realm.id, [other.id])).toEqual(new Map([[other.id, [third]]]));
        expect(await ports.uris.listMany(kind, realm.id, [])).toEqual(new Map());
        expect(await ports.uris.listMany(kind, (await insertRealm()).id, ids)).toEqual(new Map());
      });

      it('have a value that is unique for the client, byte by byte', async () => {
        await insert(client, aUri('https://a.example'));
        await expect(insert(client, aUri('https://a.example'))).rejects.toMatchObject({ code: 'conflict' });
        await insert(client, aUri('https://A.example'));
        await insert(await insertClient(realm, { clientId: 'other' }), aUri('https://a.example'));
      });

      it('belong to one client of one realm, and go with it', async () => {
        const uri = aUri('https://a.example');
        await insert(client, uri);
        const strange = { realmId: (await insertRealm()).id, id: client.id };
        expect(await ports.uris.list(kind, strange)).toEqual([]);
        const other = await insertClient(realm, { clientId: 'other' });
        await ports.transactions.run((transaction) => transaction.uris.delete(kind, other, uri.id));
        expect(await ports.uris.list(kind, client)).toEqual([uri]);
        await ports.transactions.run(async (transaction) => {
          await transaction.deleteClient((await transaction.lockClient(realm.id, client.id)) ?? client);
        });
        expect(await ports.uris.list(kind, client)).toEqual([]);
      });
    });

    describe('last uses of secrets', () => {
      const secretOf = async (owner: Client, id: string) =>
        (await ports.clients.findById(owner.realmId, owner.id))?.secrets.find((secret) => secret.id === id);
      const idOf = (owner: Client): string => owner.secrets[0]?.id ?? '';

      it('move forward only, change no version, and survive a change of the client', async () => {
        const use = { realmId: realm.id, secretId: idOf(client), usedAt: later(60_000) };
        expect(await ports.secretUses.touch([use])).toEqual([]);
        expect(await ports.secretUses.touch([{ ...use, usedAt: NOW }])).toEqual([]);
        expect((await secretOf(client, use.secretId))?.lastUsedAt).toEqual(later(60_000));
        const seen = await ports.clients.findById(realm.id, client.id);
        expect(seen).toMatchObject({ version: client.version, snapshotVersion: client.snapshotVersion });
        await ports.transactions.run((transaction) =>
          transaction.updateClient(client, {
            ...client,
            secrets: client.secrets.map((secret) => ({ ...secret, expiresAt: later(1) })),
          }),
        );
        expect(await secretOf(client, use.secretId)).toMatchObject({
          lastUsedAt: later(60_000),
          expiresAt: later(1),
        });
      });

      it('are noted for many at once, the latest of each; what is not there or in another realm is passed over', async () => {
        const two = secretAtRest(makeSecretText(), { id: uuidv7(), createdAt: NOW, name: 'two' });
        const other = await insertClient(realm, { clientId: 'other', secrets: [two] });
        const elsewhere = await insertRealm();
        expect(
          await ports.secretUses.touch([
            { realmId: realm.id, secretId: idOf(client), usedAt: later(1) },
            { realmId: realm.id, secretId: two.id, usedAt: later(3) },
            { realmId: realm.id, secretId: two.id, usedAt: later(2) },
            { realmId: realm.id, secretId: uuidv7(), usedAt: NOW },
            { realmId: elsewhere.id, secretId: idOf(client), usedAt: later(9) },
          ]),
        ).toEqual([]);
        expect((await secretOf(client, idOf(client)))?.lastUsedAt).toEqual(later(1));
        expect(await secretOf(other, two.id)).toEqual({ ...two, lastUsedAt: later(3) });
      });
    });
  });
}
