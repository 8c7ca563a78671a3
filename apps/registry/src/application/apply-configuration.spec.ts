import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  ApplyRoleConfiguration,
  ExportRoleConfiguration,
  EnsureServiceAccount,
  EnsureServiceAccounts,
  FindUsers,
  GuardAccount,
  RetireClientRoles,
  type Actor,
  type ConfigurationChange,
  type RealmConfiguration,
} from '#contracts';
import { AppError } from '#errors';
import { makeSecretText } from '../domain/client-secret.js';
import type { Realm } from '../domain/realm.js';
import { ADMINISTRATOR } from '../testing/builders.js';
import { InMemoryRegistry } from '../testing/in-memory-registry.js';
import { TestBench } from '../testing/test-bench.js';

const CLIENTS: RealmConfiguration = {
  version: 1,
  realm: { display_name: 'Acme', settings: { access_token_lifetime: 120 } },
  clients: [
    { client_id: 'web', client_type: 'public', redirect_uris: ['https://app.example/cb'] },
    { client_id: 'billing', name: 'Billing', service_account_enabled: true },
  ],
};

describe('a configuration', () => {
  let bench: TestBench<InMemoryRegistry>;
  let realm: Realm;

  beforeEach(async () => {
    bench = new TestBench(new InMemoryRegistry());
    realm = await bench.storeRealm();
  });

  const send = (
    configuration: RealmConfiguration,
    { dryRun = false, secrets = {}, actor = ADMINISTRATOR as Actor, planDigest = null as string | null } = {},
  ) =>
    bench.applyConfiguration.execute(
      { actor, realmId: realm.id, configuration, secrets, dryRun, planDigest },
      bench.context,
    );
  const names = async (...args: Parameters<typeof send>) =>
    (await send(...args)).changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`);
  const client = (clientId: string) => bench.adapters.clients.findByClientId(realm.id, clientId);
  const holding = (...permissions: string[]): Actor => ({ ...ADMINISTRATOR, permissions });

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

  describe('that speaks of roles', () => {
    const ROLES: RealmConfiguration = {
      version: 1,
      roles: [{ name: 'auditor' }],
      clients: [{ client_id: 'worker', service_account_enabled: true, roles: [{ name: 'own' }] }],
      assignments: [{ client_id: 'worker', roles: ['auditor', { client_id: 'worker', role: 'own' }] }],
    };
    const CHANGE: ConfigurationChange = { action: 'create', kind: 'role', name: 'auditor', members: [] };
    const modes = () => bench.messages.sentTo(ApplyRoleConfiguration).map(({ mode }) => mode);

    beforeEach(() => {
      bench.messages.on(ApplyRoleConfiguration, ({ mode, subjects }) => ({
        changes: [CHANGE],
        authority:
          mode === 'apply'
            ? []
            : subjects.map(({ id }) => ({
                ...{ subjectId: id, before: [] },
                after: [{ audience: 'realm-management', permissions: ['view_events'] }],
              })),
        complete: true,
      }));
    });

    it('is checked by roles before anything is done, and done there after the commit', async () => {
      const { changes, impact } = await send(ROLES);
      expect(changes.map(({ kind }) => kind)).toEqual(['client', 'role']);
      expect(impact?.subjects).toEqual([
        {
          ...{ kind: 'client', name: 'worker', loses: [] },
          gains: [{ audience: 'realm-management', permissions: ['view_events'] }],
        },
      ]);
      expect(modes()).toEqual(['check', 'apply']);
      const worker = await client('worker');
      expect(bench.messages.sentTo(ApplyRoleConfiguration)[1]).toMatchObject({
        scopes: [{ client: null }, { client: { id: worker?.id, clientId: 'worker' }, pointer: '/clients/0' }],
        subjects: [{ id: worker?.serviceAccountUserId, roles: [{ client: null }, { client: { id: worker?.id } }] }],
        expected: null,
      });
    });

    it('is exported in one order, whenever who got what', async () => {
      await send({ version: 1, clients: ROLES.clients ?? [] });
      const worker = await client('worker');
      const [own, subjectId] = [{ clientId: worker?.id ?? '' }, worker?.serviceAccountUserId ?? ''];
      bench.messages.on(ExportRoleConfiguration, () => ({
        scopes: [],
        assignments: [
          {
            subjectId,
            roles: [
              { ...own, name: 'b' },
              { clientId: null, name: 'z' },
              { ...own, name: 'a' },
              { clientId: null, name: 'B' },
            ],
          },
        ],
      }));
      const exported = await bench.exportConfiguration.execute(
        { actor: ADMINISTRATOR, realmId: realm.id },
        bench.context,
      );
      expect(exported.assignments).toEqual([
        {
          client_id: 'worker',
          roles: ['B', 'z', { client_id: 'worker', role: 'a' }, { client_id: 'worker', role: 'b' }],
        },
      ]);
    });

    it('makes an account that is turned off for a new client which is to hold roles all the same', async () => {
      const off = { client_id: 'worker', service_account_enabled: false };
      const configuration: RealmConfiguration = {
        ...{ version: 1, clients: [off] },
        assignments: [{ client_id: 'worker', roles: ['auditor'] }],
      };
      await send(configuration);
      const worker = await client('worker');
      expect(worker).toMatchObject({ serviceAccountEnabled: false, serviceAccountUserId: expect.any(String) });
      expect(bench.messages.sentTo(ApplyRoleConfiguration)[1]).toMatchObject({
        subjects: [{ id: worker?.serviceAccountUserId, roles: [{ name: 'auditor' }] }],
      });
      // It was enabled so that a refusal stops the change; identity hears at once that it is off.
      expect(bench.messages.sentTo(EnsureServiceAccounts)).toMatchObject([
        { accounts: [{ clientIdentifier: 'worker' }] },
        { accounts: [{ userId: worker?.serviceAccountUserId, enabled: false }] },
      ]);
      expect(bench.adapters.state.provisions.size).toBe(0);
      expect(await names(configuration)).toEqual(['create role auditor']);
      // Of a client that is there already it is a mistake.
      await bench.storeClient(realm, { clientId: 'other', serviceAccountEnabled: false });
      const mistaken = [{ client_id: 'other', roles: [] }];
      const refused = send({ version: 1, clients: [{ ...off, client_id: 'other' }], assignments: mistaken });
      await expect(refused).rejects.toMatchObject({
        fields: [expect.objectContaining({ pointer: '/assignments/0/client_id' })],
      });
    });

    it('changes nothing when roles refuses', async () => {
      bench.messages.on(ApplyRoleConfiguration, () => {
        throw new AppError('forbidden', { reason: 'exceeds_actor' });
      });
      await expect(send(ROLES)).rejects.toMatchObject({ code: 'forbidden' });
      expect([await client('worker'), bench.adapters.state.events]).toEqual([null, []]);
    });

    it('says how far it came when roles fails after the commit, and is completed by applying again', async () => {
      bench.messages.on(ApplyRoleConfiguration, ({ mode }) => {
        if (mode === 'apply') throw new AppError('unavailable');
        return { changes: [CHANGE], authority: [], complete: true };
      });
      await expect(send(ROLES)).rejects.toMatchObject({
        code: 'unavailable',
        detail: expect.stringMatching(/^The realm and its clients are as the configuration says.*Apply it again\.$/),
      });
      expect(await client('worker')).not.toBeNull();
      bench.messages.on(ApplyRoleConfiguration, () => ({ changes: [CHANGE], authority: [], complete: true }));
      expect(await names(ROLES)).toEqual(['create role auditor']);
    });

    it('does what was agreed to or nothing', async () => {
      const { digest } = await send(ROLES, { dryRun: true });
      await bench.storeClient(realm, { clientId: 'worker' });
      const late = send(ROLES, { planDigest: digest });
      await expect(late).rejects.toMatchObject({ code: 'precondition_failed' });
      const again = await send(ROLES, { dryRun: true });
      expect(again.digest).not.toBe(digest);
      await send(ROLES, { planDigest: again.digest });
      expect(bench.messages.sentTo(ApplyRoleConfiguration).at(-1)).toMatchObject({ mode: 'apply', expected: [CHANGE] });
    });

    it('tells of tokens that a disabled client does not get any more, and of none that it never got', async () => {
      const { serviceAccountUserId: id } = await bench.storeClient(realm, {
        ...{ clientId: 'other', serviceAccountEnabled: true },
        serviceAccountUserId: '01890000-0000-7000-8000-0000000000cc',
      });
      bench.messages.on(FindUsers, () => ({
        byUsername: [],
        byId: [{ id: id ?? '', username: 'service-account-other', clientId: null, enabled: true }],
      }));
      const held = [{ audience: 'realm-management', permissions: ['view_events'] }];
      bench.messages.on(ApplyRoleConfiguration, ({ alsoTellOf }) => ({
        changes: [],
        authority: (alsoTellOf ?? []).map((subjectId) => ({ subjectId, before: held, after: held })),
        complete: true,
      }));
      const off = { version: 1 as const, clients: [{ client_id: 'other', enabled: false }] };
      expect((await send(off, { dryRun: true })).impact?.subjects).toEqual([
        { kind: 'client', name: 'other', gains: [], loses: held },
      ]);
      expect((await send(off, { actor: holding('manage_clients', 'view_clients') })).impact).toBeNull();
      const same = await send({ version: 1, clients: [{ client_id: 'other', name: 'x' }] });
      expect(same.impact).toEqual({ subjects: [], complete: true });
    });

    it.each<[RealmConfiguration, string]>([
      [{ version: 1, assignments: [{ client_id: 'nobody', roles: [] }] }, '/assignments/0/client_id'],
      [{ version: 1, assignments: [{ username: 'nobody', roles: [] }] }, '/assignments/0/username'],
      [
        { version: 1, clients: [{ client_id: 'a' }], assignments: [{ client_id: 'a', roles: [] }] },
        '/assignments/0/client_id',
      ],
      [
        {
          ...{ version: 1, clients: [{ client_id: 'a', service_account_enabled: true }] },
          assignments: [{ client_id: 'a', roles: [{ client_id: 'b', role: 'r' }] }],
        },
        '/assignments/0/roles/0/client_id',
      ],
    ])('%j is refused with a pointer', async (configuration, pointer) => {
      await expect(send(configuration, { dryRun: true })).rejects.toMatchObject({
        code: 'validation_failed',
        fields: [expect.objectContaining({ pointer })],
      });
    });

    it('is for those who may see roles, and usernames for those who may see users', async () => {
      const view = (actor: Actor, configuration: RealmConfiguration) => send(configuration, { dryRun: true, actor });
      const people: RealmConfiguration = { version: 1, assignments: [{ username: 'alice', roles: [] }] };
      await expect(view(holding('view_clients'), ROLES)).rejects.toMatchObject({ code: 'forbidden' });
      await view(holding('view_clients', 'view_roles'), ROLES);
      await expect(view(holding('view_clients', 'view_roles'), people)).rejects.toMatchObject({ code: 'forbidden' });
      const all = holding('view_clients', 'view_roles', 'view_users');
      await expect(view(all, people)).rejects.toMatchObject({ code: 'validation_failed' });
    });
  });
});
