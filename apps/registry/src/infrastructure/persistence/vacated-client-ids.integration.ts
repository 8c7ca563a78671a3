import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RemoveClientRoles, RenameClientRoles, RetireClientRoles } from '#contracts';
import { TypeOrmOutbox } from '#database';
import { SilentLogger } from '#observability';
import { v7 as uuidv7 } from 'uuid';
import type { Client } from '../../domain/client.js';
import type { Realm } from '../../domain/realm.js';
import { ADMINISTRATOR, aClient, aRegistration } from '../../testing/builders.js';
import { openPostgresRegistry, type PostgresRegistry } from '../../testing/open-postgres-registry.js';
import { TestBench } from '../../testing/test-bench.js';

/** A relay that never runs: what is left to be done stays in the table until a test removes it. */
const idle = { call: never, publish: never } as never;
function never(): Promise<never> {
  return new Promise(() => undefined);
}

describe('a client_id that its client has given up', () => {
  let registry: PostgresRegistry;
  let bench: TestBench;
  let realm: Realm;
  let former: Client;

  beforeAll(async () => {
    registry = await openPostgresRegistry(
      (dataSource) => new TypeOrmOutbox(dataSource, 'registry', idle, idle, new SilentLogger()),
    );
  });
  afterAll(() => registry.close());
  beforeEach(async () => {
    bench = new TestBench(registry);
    realm = await bench.storeRealm({ name: `r-${uuidv7()}` });
    former = await bench.storeClient(realm, { clientId: 'billing' });
  });

  const actor = ADMINISTRATOR;
  const rename = (clientId: string, id = former.id) =>
    bench.updateClient.execute({ actor, realmId: realm.id, id, ifVersion: null, changes: { clientId } }, bench.context);
  const remove = () =>
    bench.deleteClient.execute({ actor, realmId: realm.id, id: former.id, ifVersion: null }, bench.context);
  const register = (realmId = realm.id) =>
    bench.registerClient.execute(aRegistration(realmId, { clientId: 'billing' }), bench.context);
  const apply = () =>
    bench.applyConfiguration.execute(
      {
        ...{ actor, realmId: realm.id, configuration: { version: 1, clients: [{ client_id: 'billing' }] } },
        ...{ secrets: {}, dryRun: false, planDigest: null },
      },
      bench.context,
    );
  /** Roles has heard of it. */
  const done = async (subject: string): Promise<void> => {
    const removed: [unknown, number] = await registry.dataSource.query(
      `DELETE FROM registry.outbox WHERE kind = 'call' AND subject = $1`,
      [subject],
    );
    expect(removed[1]).toBeGreaterThan(0);
  };
  const notFree = { code: 'unavailable', reason: 'client_id_not_free_yet' };

  it.each([
    ['renamed', () => rename('billing-2'), RenameClientRoles.subject],
    ['deleted', remove, RemoveClientRoles.subject],
  ])('because it was %s is nobody else’s before roles has heard of it', async (_how, give, subject) => {
    const other = await bench.storeClient(realm, { clientId: 'other' });
    await give();
    await expect(register()).rejects.toMatchObject(notFree);
    await expect(rename('billing', other.id)).rejects.toMatchObject(notFree);
    await expect(apply()).rejects.toMatchObject(notFree);
    expect(await registry.clients.findByClientId(realm.id, 'billing')).toBeNull();
    await done(subject);
    expect((await register()).client.clientId).toBe('billing');
  });

  it('is told to roles, too, by whoever gave it up, as long as the outbox has not', async () => {
    const renamed = await rename('billing-2');
    expect(bench.messages.sentTo(RenameClientRoles)).toEqual([
      {
        ...{ realmId: realm.id, realmName: realm.name, clientId: former.id },
        ...{ clientIdentifier: 'billing-2', clientVersion: renamed.version },
      },
    ]);
    await done(RenameClientRoles.subject);
    await rename('billing-2');
    expect(bench.messages.sentTo(RenameClientRoles)).toHaveLength(1);
    await remove();
    expect(bench.messages.sentTo(RetireClientRoles)).toEqual([{ realmId: realm.id, clientIds: [former.id] }]);
  });

  it('is free at once in another realm, and what nobody had is free anywhere', async () => {
    await remove();
    const elsewhere = await bench.storeRealm({ name: `r-${uuidv7()}` });
    expect((await register(elsewhere.id)).client.clientId).toBe('billing');
    const fresh = aRegistration(realm.id, { clientId: 'fresh' });
    expect((await bench.registerClient.execute(fresh, bench.context)).client.clientId).toBe('fresh');
  });

  it('is waited for a moment', async () => {
    await remove();
    const registered = register();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await done(RemoveClientRoles.subject);
    expect((await registered).client.clientId).toBe('billing');
  });

  it('stays closed to whoever wanted it while it was being given up', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let deleted: () => void = () => undefined;
    const given = new Promise<void>((resolve) => (deleted = resolve));
    const removing = registry.transactions.run(async (transaction) => {
      await transaction.deleteClient(former);
      const { id: clientId, realmId } = former;
      const request = { realmId, clientId, serviceAccountUserId: null, vacates: 'billing' };
      await transaction.call(RemoveClientRoles, request);
      deleted();
      await held;
    });
    await given;
    const inserting = registry.transactions.run((transaction) =>
      transaction.insertClient(aClient(realm, { clientId: 'billing' })),
    );
    const refused = expect(inserting).rejects.toMatchObject(notFree);
    await new Promise((resolve) => setTimeout(resolve, 50));
    release();
    await removing;
    await refused;
  });
});
