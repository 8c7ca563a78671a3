import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  ApplyRoleConfiguration,
  ExportRoleConfiguration,
  EnsureServiceAccounts,
  FindUsers,
  type Actor,
  type ConfigurationChange,
  type RealmConfiguration,
} from '#contracts';
import { AppError } from '#errors';
import { ADMINISTRATOR } from '../testing/builders.js';
import { configuring, holding, type Configuring } from '../testing/configuring.js';

describe('a configuration that speaks of roles', () => {
  let bench: Configuring['bench'];
  let realm: Configuring['realm'];
  let send: Configuring['send'];
  let names: Configuring['names'];
  let client: Configuring['client'];

  beforeEach(async () => {
    ({ bench, realm, send, names, client } = await configuring());
  });

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
