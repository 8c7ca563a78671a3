import { beforeEach, describe, expect, it } from '@jest/globals';
import { BUILT_IN_PERMISSIONS, type Actor, type RequestOf, type ApplyRoleConfiguration as Contract } from '#contracts';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { AdministrationHarness } from '../testing/administration-harness.js';
import { InMemoryRoleStore } from '../testing/in-memory-role-store.js';
import { administrator, SYSTEM } from '../testing/roles-harness.js';
import { ApplyRoleConfiguration } from './apply-role-configuration.js';
import { ExportRoleConfiguration } from './export-role-configuration.js';
import { ReadRoleModel } from './read-role-model.js';
import { StoreRolePlan } from './store-role-plan.js';

type Request = RequestOf<typeof Contract>;

const ALL = BUILT_IN_PERMISSIONS.map(({ name }) => name);

describe('the part of a configuration that speaks of roles', () => {
  let store: InMemoryRoleStore;
  let roles: AdministrationHarness;
  let apply: ApplyRoleConfiguration;
  let exporter: ExportRoleConfiguration;
  let realmId: string;
  let admin: string;
  const api = { id: uuidv7(), clientId: 'billing' };
  const worker = uuidv7();

  beforeEach(async () => {
    store = new InMemoryRoleStore();
    roles = new AdministrationHarness(store);
    ({ realmId, admin } = await roles.realm());
    apply = new ApplyRoleConfiguration(
      store,
      roles.snapshots,
      new ReadRoleModel(store),
      new StoreRolePlan(roles.remaining),
      roles.remaining,
      roles.clock,
    );
    exporter = new ExportRoleConfiguration(store);
  });

  const send = (request: Partial<Request>, actor: Actor = SYSTEM) =>
    apply.execute(
      {
        ...{ actor, realmId, realmName: 'acme', prune: false, scopes: [], subjects: [] },
        ...{ deletedClientIds: [], alsoTellOf: [], mode: 'apply', expected: null },
        ...request,
      },
      roles.context,
    );
  const told = async (...args: Parameters<typeof send>) =>
    (await send(...args)).changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`);
  const subject = (names: readonly Request['subjects'][number]['roles'][number][], facts = {}) => ({
    ...{ id: worker, kind: 'service_account' as const, name: 'worker', pointer: '/assignments/0', mentioned: true },
    roles: [...names],
    ...facts,
  });
  const OF_REALM = {
    client: null,
    pointer: '',
    permissions: [{ name: 'reports:read', description: 'Read' }],
    roles: [{ name: 'auditor', permissions: ['view_events', 'reports:read'] }],
  };
  const OF_API = {
    client: api,
    pointer: '/clients/0',
    permissions: [{ name: 'invoices:read' }, { name: 'invoices:write' }],
    roles: [{ name: 'reader', permissions: ['invoices:read'] }],
  };
  const EVERYTHING = {
    scopes: [OF_REALM, OF_API],
    subjects: [
      subject([
        { client: null, name: 'auditor' },
        { client: api, name: 'reader' },
      ]),
    ],
  };

  it('is planned without a trace, done in one transaction, and then there is nothing to do', async () => {
    const before = store.events.length;
    const planned = await send({ ...EVERYTHING, mode: 'plan' });
    expect(planned.authority).toEqual([
      {
        subjectId: worker,
        before: [],
        after: [
          { audience: 'realm-management', permissions: ['view_events', 'reports:read'] },
          { audience: 'billing', permissions: ['invoices:read'] },
        ],
      },
    ]);
    expect([store.events.length, await roles.held(realmId, worker)]).toEqual([before, null]);
    expect((await send({ ...EVERYTHING, expected: planned.changes })).changes).toEqual(planned.changes);
    expect(store.events.slice(before).map(({ type }) => type)).toEqual([
      'permission.created',
      'role.created',
      'permission.created',
      'permission.created',
      'role.created',
      'role.assigned',
      'role.assigned',
    ]);
    expect(await roles.held(realmId, worker)).toHaveLength(2);
    expect(await told(EVERYTHING)).toEqual([]);
    expect(await told({ ...EVERYTHING, prune: true })).toEqual([]);
  });

  it('publishes what the owner would load', async () => {
    await send(EVERYTHING);
    const scopes = await roles.loadRoleScopes.execute([`${realmId}/realm`, `${realmId}/${api.id}`]);
    const [subjects] = await roles.loadAssignments.execute([`${realmId}/${worker}`]);
    for (const loaded of [...scopes, subjects]) {
      const published = roles.snapshots.published.findLast(({ version }) => version === loaded?.version);
      expect(published?.value).toEqual(loaded?.value);
    }
    const fenced = roles.snapshots.fenced.slice(-3).map(({ key }) => key);
    expect(fenced).toEqual([`${realmId}/realm`, `${realmId}/${api.id}`, `${realmId}/${worker}`]);
  });

  it('removes only with prune: roles from their holders, permissions from roles, never what every realm comes with', async () => {
    await send(EVERYTHING);
    const fewer = {
      scopes: [
        { ...OF_REALM, permissions: [], roles: [] },
        { ...OF_API, permissions: [{ name: 'invoices:write' }], roles: [{ name: 'reader' }] },
      ],
      subjects: [subject([{ client: api, name: 'reader' }])],
    };
    expect(await told(fewer)).toEqual([]);
    const pruned = await send({ ...fewer, prune: true, mode: 'plan' });
    expect(pruned.changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`)).toEqual([
      'delete role auditor',
      'delete permission reports:read',
      'update role reader',
      'delete permission invoices:read',
    ]);
    expect(pruned.authority).toMatchObject([{ subjectId: worker, after: [{ audience: 'billing', permissions: [] }] }]);
    await send({ ...fewer, prune: true });
    expect((await roles.held(realmId, worker))?.length).toBe(1);
    const left = await exporter.execute({ realmId });
    expect(left.scopes).toMatchObject([
      { clientId: null, permissions: [], roles: [] },
      { clientId: api.id, permissions: [{ name: 'invoices:write' }], roles: [{ name: 'reader', permissions: [] }] },
    ]);
    const { total } = await store.listRoles({ realmId, scope: 'realm' }, { limit: 10, cursor: null });
    expect(total).toBe(2);
  });

  it('takes a whole set of permissions for a role, and leaves what it does not say', async () => {
    await send(EVERYTHING);
    const changed = await send({
      scopes: [{ client: null, pointer: '', roles: [{ name: 'auditor', permissions: ['view_events'] }] }],
      mode: 'plan',
    });
    expect(changed.changes).toEqual([
      {
        ...{ action: 'update', kind: 'role', name: 'auditor' },
        members: [{ name: 'permissions', before: ['view_events', 'reports:read'], after: ['view_events'] }],
      },
    ]);
    expect(await told({ scopes: [{ client: null, pointer: '', roles: [{ name: 'auditor' }] }] })).toEqual([]);
  });

  it('tells only what nothing else gives', async () => {
    await send(EVERYTHING);
    const other = await roles.role({ realmId }, 'other', ['view_events']);
    await roles.assign(realmId, worker, other.id);
    const { authority } = await send({
      scopes: [{ client: null, pointer: '', roles: [{ name: 'other', permissions: [] }] }],
      mode: 'plan',
    });
    expect(authority).toEqual([]);
  });

  describe('escalates nobody', () => {
    const check = (request: Partial<Request>, held: readonly string[], mode: Request['mode'] = 'check') =>
      send({ ...request, mode }, administrator(['manage_roles', ...held]));
    const forbidden = { code: 'forbidden' };

    it.each<[string, Partial<Request>, readonly string[]]>([
      [
        'a built-in permission that one does not hold',
        { scopes: [{ client: null, pointer: '', roles: [{ name: 'x', permissions: ['manage_users'] }] }] },
        ['manage_realm'],
      ],
      [
        'a permission of the realm without manage_realm',
        { scopes: [{ client: null, pointer: '', permissions: [{ name: 'own' }] }] },
        [],
      ],
      [
        'a permission of a client without manage_clients',
        { scopes: [{ client: api, pointer: '', permissions: [{ name: 'own' }] }] },
        [],
      ],
      [
        'a role of a client without manage_clients',
        { scopes: [{ client: api, pointer: '', roles: [{ name: 'own' }] }] },
        [],
      ],
      [
        'a change of a role that one could not give',
        { scopes: [{ client: null, pointer: '', roles: [{ name: 'viewer', description: 'x' }] }] },
        [],
      ],
      ['a role that one could not give', { subjects: [subject([{ client: null, name: 'admin' }])] }, ['manage_realm']],
    ])('%s', async (_title, request, held) => {
      await expect(check(request, held)).rejects.toMatchObject(forbidden);
      await expect(check(request, held, 'apply')).rejects.toMatchObject(forbidden);
      expect((await check(request, [], 'plan')).changes.length).toBeGreaterThan(0);
      expect((await check(request, ALL)).changes.length).toBeGreaterThan(0);
    });

    it('who has not manage_roles changes nothing', async () => {
      const request = { subjects: [subject([{ client: null, name: 'viewer' }])], mode: 'check' as const };
      const others = ALL.filter((name) => name !== 'manage_roles');
      await expect(send(request, administrator(others))).rejects.toMatchObject(forbidden);
    });

    it('deleting a role that one could not give is refused too', async () => {
      await roles.role({ realmId }, 'strong', ['manage_users']);
      const request = { prune: true, scopes: [{ client: null, pointer: '', roles: [] }] };
      await expect(check(request, [])).rejects.toMatchObject(forbidden);
      expect(await told(request, administrator(ALL))).toEqual(['delete role strong']);
    });
  });

  it('keeps the last administrator of master, and the roles of whoever applies it unless they are mentioned', async () => {
    const master = await roles.realm('master');
    realmId = master.realmId;
    await roles.assign(realmId, worker, master.admin);
    const taken = { prune: true, subjects: [subject([])] };
    await expect(send(taken)).rejects.toMatchObject({ code: 'conflict', reason: 'last_administrator' });
    await roles.assign(realmId, uuidv7(), master.admin);
    const self = { ...administrator(ALL), id: worker };
    const pruned = { prune: true, subjects: [subject([], { mentioned: false })] };
    await expect(send(pruned, self)).rejects.toMatchObject({ code: 'conflict', reason: 'takes_own_roles' });
    expect(await told(taken, self)).toEqual(['update service_account worker']);
  });

  it('is refused when what was expected is not what would be done', async () => {
    const { changes } = await send({ ...EVERYTHING, mode: 'plan' });
    await roles.role({ realmId }, 'auditor', []);
    await expect(send({ ...EVERYTHING, expected: changes })).rejects.toMatchObject({ code: 'conflict' });
    expect(await roles.held(realmId, worker)).toBeNull();
  });

  it.each<[Partial<Request>, string]>([
    [
      { scopes: [{ ...OF_REALM, roles: [{ name: 'x', permissions: ['view_events', 'no'] }] }] },
      '/roles/0/permissions/1',
    ],
    [{ scopes: [{ ...OF_REALM, permissions: [{ name: 'view_users' }] }] }, '/permissions/0/name'],
    [{ scopes: [{ ...OF_API, permissions: [{ name: 'openid' }] }] }, '/clients/0/permissions/0/name'],
    [{ subjects: [subject([{ client: null, name: 'nothing' }])] }, '/assignments/0/roles/0'],
    [{ subjects: [subject([{ client: api, name: 'reader' }])] }, '/assignments/0/roles/0'],
  ])('%j is refused with a pointer', async (request, pointer) => {
    for (const mode of ['plan', 'apply'] as const) {
      await expect(send({ ...request, mode })).rejects.toMatchObject({
        code: 'validation_failed',
        fields: expect.arrayContaining([expect.objectContaining({ pointer })]),
      });
    }
  });

  it('does not make again what went with its client', async () => {
    await send(EVERYTHING);
    await roles.removeClientRoles.execute({ realmId, clientId: api.id, serviceAccountUserId: null }, roles.context);
    // The realm is there, so that this is not the answer for one that is not.
    await expect(send({ scopes: [OF_API] })).rejects.toMatchObject({
      code: 'conflict',
      detail: 'The client billing is being deleted.',
    });
  });

  it('counts the roles of deleted clients as gone', async () => {
    await send(EVERYTHING);
    const { changes, authority } = await send({ deletedClientIds: [api.id], mode: 'plan' });
    expect(changes).toEqual([]);
    expect(authority).toMatchObject([
      { subjectId: worker, before: [{}, { audience: 'billing' }], after: [{ audience: 'realm-management' }] },
    ]);
  });

  it('tells of everybody when it is asked to', async () => {
    await roles.assign(realmId, worker, admin);
    const { authority } = await send({ alsoTellOf: null, mode: 'plan' });
    expect(authority).toMatchObject([
      { subjectId: worker, before: [{ permissions: ALL }], after: [{ permissions: ALL }] },
    ]);
  });

  describe('any two after one another', () => {
    const names = ['a', 'b', 'c'] as const;
    const subsetOf = (all: readonly string[]) => fc.subarray([...all]);
    const scope = fc.record({
      permissions: fc.option(subsetOf(names), { nil: undefined }),
      roles: fc.option(fc.dictionary(fc.constantFrom('r', 's'), subsetOf(names), { maxKeys: 2 }), { nil: undefined }),
    });
    const document = fc.record({ prune: fc.boolean(), api: scope, held: subsetOf(['r', 's']) });

    it('leave what the second says, what it tells is what comes of it, and it has nothing to do then', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(document, { minLength: 1, maxLength: 4 }), async (documents) => {
          ({ realmId } = await roles.realm('acme', uuidv7()));
          const client = { id: uuidv7(), clientId: 'billing' };
          for (const { prune, api: wanted, held } of documents) {
            const request: Partial<Request> = {
              prune,
              scopes: [
                {
                  ...{ client, pointer: '/clients/0' },
                  ...(wanted.permissions === undefined
                    ? {}
                    : { permissions: wanted.permissions.map((name) => ({ name })) }),
                  ...(wanted.roles === undefined
                    ? {}
                    : { roles: Object.entries(wanted.roles).map(([name, permissions]) => ({ name, permissions })) }),
                },
              ],
              subjects: [subject(held.map((name) => ({ client, name })))],
            };
            const holds = async () =>
              (await roles.explainSubject.execute({ realmId, subjectId: worker })).map(({ name }) => name).sort();
            const before = await holds();
            const planned = await send({ ...request, mode: 'plan', alsoTellOf: [worker] }).catch(() => null);
            if (planned === null) {
              await expect(send(request)).rejects.toMatchObject({ code: 'validation_failed' });
              expect(await holds()).toEqual(before);
              continue;
            }
            expect((await send(request)).changes).toEqual(planned.changes);
            const [change] = planned.authority;
            const flat = (list: readonly { permissions: readonly string[] }[] = []) =>
              list.flatMap(({ permissions }) => permissions).sort();
            const after = await holds();
            if (change === undefined) expect(after).toEqual(before);
            else expect([flat(change.before), flat(change.after)]).toEqual([before, after]);
            expect(await told(request)).toEqual([]);
          }
        }),
        { numRuns: 150 },
      );
    });
  });
});
