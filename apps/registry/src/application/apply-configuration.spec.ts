import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  EnsureServiceAccount,
  EnsureServiceAccounts,
  GuardAccount,
  RetireClientRoles,
  type Actor,
  type RealmConfiguration,
} from '#contracts';
import { AppError } from '#errors';
import { makeSecretText } from '../domain/client-secret.js';
import { ADMINISTRATOR } from '../testing/builders.js';
import { configuring, holding, type Configuring } from '../testing/configuring.js';

const CLIENTS: RealmConfiguration = {
  version: 1,
  realm: { display_name: 'Acme', settings: { access_token_lifetime: 120 } },
  clients: [
    { client_id: 'web', client_type: 'public', redirect_uris: ['https://app.example/cb'] },
    { client_id: 'billing', name: 'Billing', service_account_enabled: true },
  ],
};

describe('a configuration', () => {
  let bench: Configuring['bench'];
  let realm: Configuring['realm'];
  let send: Configuring['send'];
  let names: Configuring['names'];
  let client: Configuring['client'];

  beforeEach(async () => {
    ({ bench, realm, send, names, client } = await configuring());
  });

  it('says what it would change, changes it in one transaction, and has nothing to do the second time', async () => {
    const all = ['update realm acme', 'create client web', 'create client billing'];
    expect(await names(CLIENTS, { dryRun: true })).toEqual(all);
    expect([await client('web'), bench.messages.calls, bench.adapters.state.events]).toEqual([null, [], []]);
    expect(await names(CLIENTS)).toEqual(all);
    expect(await client('web')).toMatchObject({ publicClient: true, name: 'web', version: 1 });
    expect((await client('web'))?.redirectUris).toMatchObject([{ value: 'https://app.example/cb', enabled: true }]);
    const [asked] = bench.messages.sentTo(EnsureServiceAccounts);
    expect(await client('billing')).toMatchObject({ serviceAccountUserId: asked?.accounts[0]?.userId, secrets: [] });
    expect(bench.adapters.state.events.map(({ type }) => type).sort()).toEqual([
      'client.created',
      'client.created',
      'realm.updated',
    ]);
    const fenced = bench.writer.log.filter((line) => line.startsWith('fence'));
    expect(fenced).toEqual([
      'fence registry.realm:acme',
      `fence registry.client:${realm.id}/web`,
      `fence registry.client:${realm.id}/billing`,
    ]);
    expect(await names(CLIENTS)).toEqual([]);
    expect(bench.adapters.state.provisions.size).toBe(0);
  });

  it('changes only the members that it names', async () => {
    await send(CLIENTS);
    const { changes } = await send({ version: 1, clients: [{ client_id: 'billing', enabled: false }] });
    expect(changes).toEqual([
      {
        action: 'update',
        kind: 'client',
        name: 'billing',
        members: [{ name: 'enabled', before: true, after: false }],
      },
    ]);
    expect(await client('billing')).toMatchObject({ name: 'Billing', serviceAccountEnabled: true, version: 2 });
  });

  it('is what the export writes, pruned or not', async () => {
    await send(CLIENTS);
    await send({
      version: 1,
      clients: [{ client_id: 'web', redirect_uris: [{ value: 'https://app.example/old', enabled: false }] }],
    });
    const exported = await bench.exportConfiguration.execute(
      { actor: ADMINISTRATOR, realmId: realm.id },
      bench.context,
    );
    expect(exported.clients?.map(({ client_id }) => client_id)).toEqual(['billing', 'web']);
    expect(exported.clients?.[1]?.redirect_uris).toEqual([
      'https://app.example/cb',
      { value: 'https://app.example/old', enabled: false },
    ]);
    expect(await names({ ...exported, prune: true })).toEqual([]);
  });

  it('removes what it does not mention only when it says prune, and leaves absent lists alone', async () => {
    await send(CLIENTS);
    const other = { client_id: 'web', redirect_uris: ['https://app.example/new'] };
    await send({ version: 1, clients: [other] });
    expect((await client('web'))?.redirectUris).toHaveLength(2);
    expect(await names({ version: 1, prune: true })).toEqual([]);
    expect(await names({ version: 1, prune: true, clients: [{ client_id: 'web' }] }, { dryRun: true })).toEqual([
      'delete client billing',
    ]);
    expect(await names({ version: 1, prune: true, clients: [other] })).toEqual([
      'update client web',
      'delete client billing',
    ]);
    expect((await client('web'))?.redirectUris.map(({ value }) => value)).toEqual(['https://app.example/new']);
    expect(await client('billing')).toBeNull();
    expect(bench.adapters.state.calls.map(({ contract }) => contract.subject)).toEqual([
      'roles.client.remove.v1',
      'identity.service-account.remove.v1',
    ]);
  });

  it('is not done before roles has heard of what was deleted, also when it is applied again', async () => {
    await send(CLIENTS);
    const gone = (await client('billing'))?.id;
    const pruning = { version: 1 as const, prune: true, clients: [{ client_id: 'web' }] };
    bench.adapters.outboxStands = true;
    bench.messages.on(RetireClientRoles, () => {
      throw new AppError('unavailable');
    });
    const untold = { code: 'unavailable', reason: 'roles_not_followed' };
    await expect(send(pruning)).rejects.toMatchObject(untold);
    expect(await client('billing')).toBeNull();
    await expect(send(pruning)).rejects.toMatchObject(untold);
    bench.messages.on(RetireClientRoles, () => ({}));
    expect(await names(pruning)).toEqual([]);
    expect(bench.messages.sentTo(RetireClientRoles).at(-1)).toEqual({ realmId: realm.id, clientIds: [gone] });
  });

  it('never prunes system clients, nor the client that applies it', async () => {
    const system = await bench.storeClient(realm, { clientId: 'console', clientType: 'system' });
    await send(CLIENTS);
    const own = (await client('billing'))?.serviceAccountUserId ?? null;
    const actor: Actor = { ...ADMINISTRATOR, kind: 'service_account', id: own };
    await expect(send({ version: 1, prune: true, clients: [] }, { actor })).rejects.toMatchObject({
      code: 'conflict',
      reason: 'deletes_itself',
    });
    await send({ version: 1, prune: true, clients: [] });
    expect([...bench.adapters.state.clients.keys()]).toEqual([system.id]);
  });

  it('adds a secret once, keeps only its hash, and tells nobody', async () => {
    const secret = makeSecretText();
    const configuration: RealmConfiguration = {
      version: 1,
      clients: [{ client_id: 'billing', secret_from: { env: 'BILLING' } }],
    };
    const created = await send(configuration, { secrets: { billing: secret } });
    const next = makeSecretText();
    const added = await send(configuration, { secrets: { billing: next } });
    expect(added.changes[0]?.members).toEqual([{ name: 'secret', before: '*** (1)', after: '*** (2)' }]);
    expect(await names(configuration, { secrets: { billing: next } })).toEqual([]);
    const told = JSON.stringify([created, added, bench.adapters.state.events]);
    expect(told).not.toContain(secret.slice(4, -6));
    expect(told).not.toContain(next.slice(4, -6));
    expect((await client('billing'))?.secrets).toHaveLength(2);
  });

  it('gives nobody a secret of a client that may more than they do', async () => {
    await send(CLIENTS);
    const configuration: RealmConfiguration = { version: 1, clients: [{ client_id: 'billing' }] };
    bench.messages.on(GuardAccount, ({ actor }) => {
      if (actor.permissions.includes('manage_users')) return {};
      throw new AppError('forbidden', { reason: 'exceeds_actor' });
    });
    const secrets = { billing: makeSecretText() };
    await expect(send(configuration, { secrets })).rejects.toMatchObject({
      code: 'forbidden',
      reason: 'exceeds_actor',
    });
    expect((await client('billing'))?.secrets).toEqual([]);
    const actor = { ...ADMINISTRATOR, permissions: [...ADMINISTRATOR.permissions, 'manage_users'] };
    expect(await names(configuration, { secrets, actor })).toEqual(['update client billing']);
  });

  it('lets nobody enable a client that may more than they do', async () => {
    await send(CLIENTS);
    const off: RealmConfiguration = { version: 1, clients: [{ client_id: 'billing', enabled: false }] };
    const on: RealmConfiguration = { version: 1, clients: [{ client_id: 'billing', enabled: true }] };
    bench.messages.on(GuardAccount, () => {
      throw new AppError('forbidden', { reason: 'exceeds_actor' });
    });
    await send(off);
    await expect(send(on)).rejects.toMatchObject({ code: 'forbidden', reason: 'exceeds_actor' });
    expect((await client('billing'))?.enabled).toBe(false);
    bench.messages.on(GuardAccount, () => ({}));
    await send(on);
    expect((await client('billing'))?.enabled).toBe(true);
  });

  it.each<[string, RealmConfiguration, Record<string, string>, string]>([
    ['a short secret', { version: 1, clients: [{ client_id: 'a' }] }, { a: 'short' }, '/clients/0/secret_from'],
    ['a secret of nobody', { version: 1, clients: [] }, { a: makeSecretText() }, '/clients'],
    [
      'a bad redirect URI',
      { version: 1, clients: [{ client_id: 'a' }, { client_id: 'b', redirect_uris: ['http://evil.example/'] }] },
      {},
      '/clients/1/redirect_uris/0',
    ],
    [
      'a public client with a service account',
      { version: 1, clients: [{ client_id: 'a', client_type: 'public', service_account_enabled: true }] },
      {},
      '/clients/0/service_account_enabled',
    ],
    [
      'a client_id twice',
      { version: 1, clients: [{ client_id: 'a' }, { client_id: 'a' }] },
      {},
      '/clients/1/client_id',
    ],
  ])('refuses %s and says where', async (_title, configuration, secrets, pointer) => {
    await expect(send(configuration, { secrets, dryRun: true })).rejects.toMatchObject({
      code: 'validation_failed',
      fields: expect.arrayContaining([expect.objectContaining({ pointer })]),
    });
  });

  it('does not let anybody change the type of a client', async () => {
    await send(CLIENTS);
    await expect(
      send({ version: 1, clients: [{ client_id: 'web', client_type: 'confidential' }] }),
    ).rejects.toMatchObject({ fields: [expect.objectContaining({ pointer: '/clients/0/client_type' })] });
  });

  it('says where it asks for what cannot be done', async () => {
    await bench.storeClient(realm, { clientId: 'console', clientType: 'system' });
    const clients = [{ client_id: 'other' }, { client_id: 'console', direct_access_grants_enabled: true }];
    await expect(send({ version: 1, clients }, { dryRun: true })).rejects.toMatchObject({
      code: 'conflict',
      reason: 'system_client',
      detail: expect.stringMatching(/^\/clients\/1: .*direct_access_grants_enabled/),
    });
  });

  it('compares for those who may view, and changes for those who may change', async () => {
    await expect(send(CLIENTS, { dryRun: true, actor: holding('view_clients') })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const viewer = holding('view_clients', 'view_realm');
    expect(await names(CLIENTS, { dryRun: true, actor: viewer })).toHaveLength(3);
    await expect(send(CLIENTS, { actor: viewer })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(
      send(CLIENTS, { actor: holding('view_clients', 'create_client', 'view_realm') }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(await client('web')).toBeNull();
    const { clients = [] } = CLIENTS;
    const creator = holding('view_clients', 'create_client');
    expect(await names({ version: 1, clients }, { actor: creator })).toHaveLength(2);
    await expect(
      send({ version: 1, clients: [{ client_id: 'web', enabled: false }] }, { actor: creator }),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is not exported when it would be longer than one that can be applied', async () => {
    for (let index = 0; index < 1_100; index += 1) {
      await bench.storeClient(realm, { clientId: `client-${index}`, description: 'ü'.repeat(2_000) });
    }
    await expect(
      bench.exportConfiguration.execute({ actor: ADMINISTRATOR, realmId: realm.id }, bench.context),
    ).rejects.toMatchObject({ code: 'conflict', reason: 'configuration_too_large' });
  });

  it('shows an exporter only the sections that they may view', async () => {
    await send(CLIENTS);
    const exported = (actor: Actor) => bench.exportConfiguration.execute({ actor, realmId: realm.id }, bench.context);
    expect(Object.keys(await exported(holding('view_realm')))).toEqual(['version', 'realm']);
    expect(Object.keys(await exported(holding('view_clients')))).toEqual(['version', 'clients']);
  });

  it('changes nothing when a service account cannot be made, and completes when applied again', async () => {
    bench.messages.on(EnsureServiceAccounts, () => {
      throw new AppError('unavailable');
    });
    await expect(send(CLIENTS)).rejects.toMatchObject({ code: 'unavailable' });
    expect([await client('web'), await client('billing')]).toEqual([null, null]);
    bench.messages.on(EnsureServiceAccounts, ({ accounts }) => ({ userIds: accounts.map(({ userId }) => userId) }));
    await bench.giveUpStaleProvisions.execute(bench.context);
    expect(await names(CLIENTS)).toHaveLength(3);
    expect(await names(CLIENTS)).toEqual([]);
  });

  it('turns many service accounts off at once, and looks again at those that changed meanwhile', async () => {
    const clients = ['one', 'two', 'three'].map((name) => ({ client_id: name, service_account_enabled: true }));
    await send({ version: 1, clients });
    const two = await client('two');
    let disturbed = false;
    bench.messages.on(EnsureServiceAccounts, async ({ accounts }) => {
      if (!disturbed && two !== null) {
        disturbed = true;
        const request = { actor: ADMINISTRATOR, realmId: realm.id, id: two.id, ifVersion: null };
        await bench.updateClient.execute({ ...request, changes: { serviceAccountEnabled: true } }, bench.context);
      }
      return { userIds: accounts.map(({ userId }) => userId) };
    });
    await send({ version: 1, clients: clients.map((one) => ({ ...one, service_account_enabled: false })) });
    expect(bench.messages.sentTo(EnsureServiceAccounts).at(-1)?.accounts).toMatchObject([
      { enabled: false },
      { enabled: false },
      { enabled: false },
    ]);
    // The last word on it is what is stored.
    expect(bench.messages.sentTo(EnsureServiceAccount).at(-1)).toMatchObject({ clientId: two?.id, enabled: true });
    expect(bench.adapters.state.provisions.size).toBe(0);
  });

  it('plans anew when somebody else changed a client meanwhile, and loses neither change', async () => {
    await send(CLIENTS);
    const billing = await client('billing');
    let disturbed = false;
    bench.messages.on(EnsureServiceAccounts, async ({ accounts }) => {
      if (!disturbed && billing !== null) {
        disturbed = true;
        const request = { actor: ADMINISTRATOR, realmId: realm.id, id: billing.id, ifVersion: null };
        await bench.updateClient.execute({ ...request, changes: { owner: 'somebody else' } }, bench.context);
      }
      return { userIds: accounts.map(({ userId }) => userId) };
    });
    await send({
      version: 1,
      clients: [
        { client_id: 'billing', description: 'Sends bills' },
        { client_id: 'another', service_account_enabled: true },
      ],
    });
    expect(await client('billing')).toMatchObject({ owner: 'somebody else', description: 'Sends bills' });
    expect(await client('another')).not.toBeNull();
  });
});
