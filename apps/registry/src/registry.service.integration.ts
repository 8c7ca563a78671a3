import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MemorySnapshotStore, ValidatingSnapshotReader } from '#cache';
import {
  clientSnapshotKey,
  ClientSnapshot,
  CreateRealm,
  DeleteClient,
  DeleteRealm,
  ListClients,
  ListRealms,
  ReadClient,
  ReadRealm,
  RealmSnapshot,
  RegisterClient,
  RemoveClientRoles,
  RemoveRealmKeys,
  RemoveRealmRoles,
  RemoveRealmUsers,
  RemoveServiceAccount,
  RotateClientSecret,
  UpdateClient,
  UpdateRealm,
} from '#contracts';
import { EmbeddedDatabase } from '#database';
import { startService, SystemClock, type RunningService } from '#host';
import { ContractMessageClient, InProcessTransport, newCallContext, type CallContext } from '#messaging';
import { Readiness, SilentLogger } from '#observability';
import { createTestDatabase } from '#testing';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registryService } from './registry.service.js';
import { ADMINISTRATOR as actor, aRegistration } from './testing/builders.js';
import { OtherServices } from './testing/other-services.js';

const context = (): CallContext => newCallContext({ deadlineMs: 10_000 });
const sha256 = (text: string | null): string =>
  createHash('sha256')
    .update(text ?? '')
    .digest('base64url');
const page = { limit: 50, cursor: null };

interface OpenedDatabase {
  readonly url: string;
  close(): Promise<void>;
}

async function embedded(): Promise<OpenedDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'chancery-registry-'));
  const database = await EmbeddedDatabase.start(folder);
  return {
    url: database.url,
    async close() {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function postgres(): Promise<OpenedDatabase> {
  const { url, drop } = await createTestDatabase();
  return { url, close: drop };
}

/** The whole service, called through the bus as the gateway and tokens call it. */
describe.each([
  ['PostgreSQL', postgres],
  ['the embedded database', embedded],
])('the registry on %s', (_name, openDatabase) => {
  const transport = new InProcessTransport();
  const snapshotStore = new MemorySnapshotStore();
  const gateway = new ContractMessageClient(transport, 'gateway');
  const reader = new ValidatingSnapshotReader(snapshotStore, new ContractMessageClient(transport, 'tokens'), {
    maxBytes: 1_000_000,
  });
  const readiness = new Readiness();
  let others: OtherServices;
  let database: OpenedDatabase;
  let service: RunningService;

  const clientNow = ({ id: realmId }: { readonly id: string }, clientId: string) =>
    reader.read(ClientSnapshot, clientSnapshotKey({ realmId, clientId }), context());
  const createRealm = (name: string) => gateway.call(CreateRealm, { actor, name, displayName: null }, context());

  beforeAll(async () => {
    database = await openDatabase();
    others = await OtherServices.on(transport);
    service = await startService(registryService, {
      transport,
      snapshotStore,
      databaseUrl: database.url,
      databasePoolSize: 4,
      logger: new SilentLogger(),
      clock: new SystemClock(),
      readiness,
      environment: {},
      migrate: true,
      snapshotCacheBytes: 100_000,
    });
    while (!(await readiness.report()).ready) await new Promise((resolve) => setTimeout(resolve, 20));
  }, 60_000);

  afterAll(async () => {
    await service.stop();
    await transport.drain();
    await database.close();
  });

  it('has made master with admin-cli, and every event has left', async () => {
    const master = await gateway.call(ReadRealm, { name: 'master' }, context());
    const { items } = await gateway.call(
      ListClients,
      { realmId: master.id, page, search: null, sort: 'client_id', filter: {} },
      context(),
    );
    expect(items.map(({ clientId }) => clientId)).toEqual(['account', 'admin-cli', 'console', 'realm-management']);
    expect(await clientNow(master, 'admin-cli')).toMatchObject({
      publicClient: true,
      directAccessGrantsEnabled: true,
    });
    expect(others.events.filter(({ realm }) => realm === 'master').map(({ type }) => type)).toEqual([
      'realm.created',
      ...items.map(() => 'client.created'),
    ]);
  });

  it('lets readers see every change of a client the moment the call has returned', async () => {
    const realm = await createRealm('acme');
    // A negative answer may be cached by now.
    expect(await clientNow(realm, 'billing')).toBeNull();
    const request = aRegistration(realm.id, { serviceAccountEnabled: true, redirectUris: ['https://app.example/cb'] });
    const { client, clientSecret } = await gateway.call(RegisterClient, request, context());
    expect(await clientNow(realm, 'billing')).toMatchObject({
      serviceAccountUserId: client.serviceAccountUserId,
      secrets: [{ sha256: sha256(clientSecret), expiresAt: null }],
    });
    expect(await gateway.call(ReadClient, { realmId: realm.id, id: client.id }, context())).toEqual(client);

    const rotation = { actor, realmId: realm.id, id: client.id, graceSeconds: 0 };
    const rotated = await gateway.call(RotateClientSecret, rotation, context());
    expect((await clientNow(realm, 'billing'))?.secrets).toEqual([
      { id: rotated.id, sha256: sha256(rotated.clientSecret), expiresAt: null },
    ]);

    const update = { actor, realmId: realm.id, id: client.id, ifVersion: 1, changes: { enabled: false } };
    expect(await gateway.call(UpdateClient, update, context())).toMatchObject({ enabled: false, version: 2 });
    expect(await clientNow(realm, 'billing')).toMatchObject({ enabled: false });
    await expect(gateway.call(UpdateClient, update, context())).rejects.toMatchObject({ code: 'precondition_failed' });
    const rename = { ...update, ifVersion: 2, changes: { clientId: 'invoices' } };
    await gateway.call(UpdateClient, rename, context());
    expect([await clientNow(realm, 'billing'), (await clientNow(realm, 'invoices'))?.id]).toEqual([null, client.id]);

    await gateway.call(DeleteClient, { actor, realmId: realm.id, id: client.id, ifVersion: null }, context());
    expect(await clientNow(realm, 'invoices')).toBeNull();
    expect(others.sentTo(RemoveClientRoles)).toEqual([
      {
        realmId: realm.id,
        clientId: client.id,
        serviceAccountUserId: client.serviceAccountUserId,
        vacates: 'invoices',
      },
    ]);
    expect(others.sentTo(RemoveServiceAccount)).toEqual([{ realmId: realm.id, clientId: client.id }]);
    const events = others.events.filter(({ target }) => target?.id === client.id);
    expect(events.map(({ type, client_id }) => [type, client_id])).toEqual([
      ['client.created', 'billing'],
      ['client.secret_rotated', 'billing'],
      ['client.updated', 'billing'],
      ['client.updated', 'invoices'],
      ['client.deleted', 'invoices'],
    ]);
    for (const secret of [clientSecret, rotated.clientSecret])
      expect(JSON.stringify(others.events)).not.toContain(secret);
  });

  it('changes and deletes realms, in every service', async () => {
    const realm = await createRealm('globex');
    await expect(createRealm('globex')).rejects.toMatchObject({ code: 'conflict' });
    const update = { actor, realmId: realm.id, ifVersion: realm.version, changes: { enabled: false } };
    await gateway.call(UpdateRealm, update, context());
    expect(await reader.read(RealmSnapshot, 'globex', context())).toMatchObject({ enabled: false });
    const list = await gateway.call(ListRealms, { page, search: 'GLOB', onlyName: null }, context());
    expect(list).toMatchObject({ total: 1, items: [{ name: 'globex', enabled: false }] });
    await gateway.call(DeleteRealm, { actor, realmId: realm.id, ifVersion: null }, context());
    expect(await reader.read(RealmSnapshot, 'globex', context())).toBeNull();
    for (const contract of [RemoveRealmRoles, RemoveRealmKeys, RemoveRealmUsers]) {
      expect(others.sentTo(contract)).toContainEqual({ realmId: realm.id });
    }
    await expect(gateway.call(ReadRealm, { name: 'globex' }, context())).rejects.toMatchObject({ code: 'not_found' });
    await expect(gateway.call(ReadRealm, { name: 'a\u0000' }, context())).rejects.toMatchObject({ code: 'not_found' });
  });

  it('pages with cursors that it refuses when they are not its own', async () => {
    const { id: realmId } = await createRealm('paged');
    const list = (cursor: string | null, sort: 'name' | '-name' = 'name') =>
      gateway.call(ListClients, { realmId, page: { limit: 2, cursor }, search: null, sort, filter: {} }, context());
    const first = await list(null);
    const second = await list(first.nextCursor);
    expect([...first.items, ...second.items].map(({ name }) => name)).toEqual([
      'Account',
      'Console',
      'Realm management',
    ]);
    expect([first.total, second.nextCursor]).toEqual([3, null]);
    await expect(list(first.nextCursor, '-name')).rejects.toMatchObject({ code: 'malformed_request' });
    await expect(list('nonsense')).rejects.toMatchObject({ code: 'malformed_request' });
  });

  it('makes one of many clients that want the same client_id at once', async () => {
    const { id: realmId } = await createRealm('crowded');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => gateway.call(RegisterClient, aRegistration(realmId), context())),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' });
    }
  });
});
