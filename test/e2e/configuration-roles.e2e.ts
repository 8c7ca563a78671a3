import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Administrator, unique, type ClientBody, type Page } from './support/administrator.js';
import { expectInvalidMember, expectProblem } from './support/http.js';
import { clientCredentials, requestToken } from './support/protocol.js';
import { shape } from './support/shape.js';

interface Result {
  readonly changes: readonly {
    readonly action: string;
    readonly kind: string;
    readonly name: string;
    readonly client_id?: string;
    readonly members: readonly { readonly name: string; readonly before: unknown; readonly after: unknown }[];
  }[];
  readonly impact: { readonly subjects: readonly unknown[]; readonly complete: boolean } | null;
  readonly digest: string;
}

const SECRET = 'Y0dDs8b5S1Q4rTz7mWcE2uKpXvNaLhJf';

const DOCUMENT = {
  version: 1,
  permissions: [{ name: 'reports:read', description: 'Read reports' }],
  roles: [{ name: 'auditor', permissions: ['view_events', 'reports:read'] }],
  clients: [
    {
      client_id: 'billing',
      permissions: [{ name: 'invoices:read' }, { name: 'invoices:write' }],
      roles: [{ name: 'reader', description: 'Reads', permissions: ['invoices:read'] }],
    },
    { client_id: 'worker', service_account_enabled: true },
  ],
  assignments: [{ client_id: 'worker', roles: ['auditor', { client_id: 'billing', role: 'reader' }] }],
};

describe('roles in the document of a realm', () => {
  let admin: Administrator;
  let realm: string;

  beforeAll(async () => {
    admin = await Administrator.signIn();
  });
  beforeEach(async () => {
    realm = (await admin.createRealm()).name;
  });

  const send = (action: 'plan' | 'apply', document: object, by = admin) =>
    by.done<Result>('POST', `/realms/${realm}/${action}`, document);
  const told = ({ changes }: Result) =>
    changes.map(({ action, kind, name, client_id: of }) =>
      [action, kind, name, ...(of === undefined ? [] : [of])].join(' '),
    );
  const workersToken = async () => {
    const form = { grant_type: 'client_credentials', client_id: 'worker', client_secret: SECRET };
    const answer = await requestToken(realm, { form });
    return answer.status === 200 ? (answer.body as { scope: string }).scope.split(' ').sort() : answer.status;
  };

  it('are planned with whose tokens they change, applied, and then there are no changes', async () => {
    const secrets = { worker: SECRET };
    const plan = await send('plan', { ...DOCUMENT, secrets });
    expect(told(plan)).toEqual([
      'create client billing',
      'create client worker',
      'create permission reports:read',
      'create role auditor',
      'create permission invoices:read billing',
      'create permission invoices:write billing',
      'create role reader billing',
      'update service_account worker',
    ]);
    expect(plan.changes.at(-1)?.members).toEqual([
      { name: 'roles', before: [], after: ['auditor', { client_id: 'billing', role: 'reader' }] },
    ]);
    expect(plan.impact).toEqual({
      subjects: [
        {
          kind: 'client',
          name: 'worker',
          gains: [
            { audience: 'realm-management', permissions: ['view_events', 'reports:read'] },
            { audience: 'billing', permissions: ['invoices:read'] },
          ],
          loses: [],
        },
      ],
      complete: true,
    });
    expect(await send('apply', { ...DOCUMENT, secrets, plan_digest: plan.digest })).toEqual(plan);
    expect(await workersToken()).toEqual(['invoices:read', 'reports:read', 'view_events']);
    for (const action of ['plan', 'apply'] as const) {
      expect(await send(action, { ...DOCUMENT, secrets })).toMatchObject({
        changes: [],
        impact: { subjects: [], complete: true },
      });
    }
    const [assigned] = await admin.auditEvents(realm, { type: 'role.assigned' }, 2);
    expect(assigned).toMatchObject({ outcome: 'success', actor: { kind: 'user' } });
    expect(await admin.auditEvents(realm, { type: 'permission.created' }, 3)).toHaveLength(3);
  });

  it('come out of the export as they went in, and into another realm', async () => {
    await send('apply', DOCUMENT);
    const exported = await admin.done<Record<string, unknown>>('GET', `/realms/${realm}/export`);
    expect(exported).toMatchObject({
      permissions: DOCUMENT.permissions,
      roles: DOCUMENT.roles,
      assignments: DOCUMENT.assignments,
    });
    expect((await send('plan', { ...exported, prune: true })).changes).toEqual([]);
    const before = exported;
    realm = (await admin.createRealm()).name;
    await send('apply', { ...before, prune: true });
    expect(await admin.done('GET', `/realms/${realm}/export`)).toEqual(before);
  });

  it('go only where the document says prune, and the plan shows what', async () => {
    await send('apply', { ...DOCUMENT, secrets: { worker: SECRET } });
    const other = await admin.createServiceClient(realm);
    await admin.assignRole(other, 'viewer');
    const narrowed = {
      version: 1,
      permissions: [],
      roles: [{ name: 'auditor', permissions: ['view_events'] }],
      clients: [
        { client_id: 'billing', permissions: [{ name: 'invoices:read' }], roles: [] },
        { client_id: 'worker' },
        { client_id: other.clientId },
      ],
      assignments: [{ client_id: 'worker', roles: ['auditor'] }],
    };
    expect(told(await send('plan', narrowed))).toEqual(['update role auditor']);
    const pruned = await send('apply', { ...narrowed, prune: true });
    expect(told(pruned)).toEqual([
      'update role auditor',
      'delete permission reports:read',
      'delete role reader billing',
      'delete permission invoices:write billing',
      `update service_account ${other.clientId}`,
    ]);
    expect(pruned.impact?.subjects).toHaveLength(2);
    expect(await workersToken()).toEqual(['view_events']);
    const [base = ''] = shape().baseUrls;
    expect((await clientCredentials(other, {}, { base })).body).toMatchObject({ scope: '' });
    expect((await send('apply', { ...narrowed, prune: true })).changes).toEqual([]);
  });

  it('are not what was agreed to any more when somebody changed them meanwhile: nothing is done', async () => {
    const { digest } = await send('plan', DOCUMENT);
    await admin.done('POST', `/realms/${realm}/roles`, { name: 'auditor', permissions: ['view_realm'] });
    const answer = await admin.ask('POST', `/realms/${realm}/apply`, { ...DOCUMENT, plan_digest: digest });
    expectProblem(answer, 412);
    const { clients } = await admin.done<{ clients: unknown[] }>('GET', `/realms/${realm}/export`);
    expect(clients).toEqual([]);
  });

  it('are given by nobody who does not hold them, and nothing of the document is done then', async () => {
    const client = await admin.createServiceClient(realm);
    await admin.done('POST', `/realms/${realm}/roles`, {
      name: 'role administrator',
      permissions: ['manage_roles', 'view_roles', 'view_clients', 'manage_clients', 'view_events'],
    });
    await admin.assignRole(client, 'role administrator');
    const token = await clientCredentials(client);
    const limited = new Administrator((token.body as { access_token: string }).access_token);
    const created = unique('created');
    const refused = [
      { roles: [{ name: 'mine', permissions: ['manage_users'] }] },
      { permissions: [{ name: 'own' }] },
      { roles: [{ name: 'viewer', description: 'changed' }] },
      { assignments: [{ client_id: client.clientId, roles: ['admin'] }] },
      { prune: true, assignments: [] },
    ];
    for (const part of refused) {
      const document = { version: 1, ...part, ...('prune' in part ? {} : { clients: [{ client_id: created }] }) };
      const answer = await limited.ask('POST', `/realms/${realm}/apply`, document);
      expect({ part, status: answer.status }).toEqual({ part, status: 'prune' in part ? 409 : 403 });
    }
    const { data } = await admin.done<Page<ClientBody>>('GET', `/realms/${realm}/clients?search=${created}`);
    expect(data).toEqual([]);
    await send('apply', { version: 1, roles: [{ name: 'mine', permissions: ['view_events'] }] }, limited);
  });

  it('of people are given by username', async () => {
    realm = 'master';
    const role = unique('role');
    const { adminUsername } = shape();
    const document = {
      version: 1,
      roles: [{ name: role, permissions: ['view_events'] }],
      assignments: [{ username: adminUsername.toUpperCase(), roles: [role] }],
    };
    expect(told(await send('apply', document))).toEqual([`create role ${role}`, `update user ${adminUsername}`]);
    expect((await send('apply', document)).changes).toEqual([]);
    const exported = await admin.done<{ assignments: { username?: string }[] }>('GET', '/realms/master/export');
    expect(exported.assignments.find(({ username }) => username === adminUsername)).toMatchObject({
      roles: expect.arrayContaining(['admin', role]),
    });
    const pruned = { version: 1, prune: true, assignments: [{ username: adminUsername, roles: [role] }] };
    expectProblem(await admin.ask('POST', '/realms/master/apply', pruned), 409);
  });

  it.each<[object, string]>([
    [{ roles: [{ name: 'a', permissions: ['nothing'] }] }, '/roles/0/permissions/0'],
    [{ permissions: [{ name: 'view_users' }] }, '/permissions/0/name'],
    [{ permissions: [{ name: 'openid' }] }, '/permissions/0/name'],
    [{ permissions: [{ name: 'with blank' }] }, '/permissions/0/name'],
    [{ permissions: [{ name: 'a' }, { name: 'a' }] }, '/permissions/1/name'],
    [{ roles: [{ name: 'a' }, { name: 'a' }] }, '/roles/1/name'],
    [
      { clients: [{ client_id: 'c', roles: [{ name: 'a', permissions: ['view_realm'] }] }] },
      '/clients/0/roles/0/permissions/0',
    ],
    [{ clients: [{ client_id: 'realm-management', permissions: [{ name: 'a' }] }] }, '/clients/0/permissions'],
    [{ assignments: [{ client_id: 'nobody', roles: [] }] }, '/assignments/0/client_id'],
    [{ assignments: [{ client_id: 'account', roles: [] }] }, '/assignments/0/client_id'],
    [{ assignments: [{ username: 'nobody', roles: [] }] }, '/assignments/0/username'],
    [{ assignments: [{ roles: [] }] }, '/assignments/0'],
    [{ assignments: [{ client_id: 'a', username: 'a', roles: [] }] }, '/assignments/0'],
    [
      {
        clients: [{ client_id: 'a', service_account_enabled: true }],
        assignments: [{ client_id: 'a', roles: ['nothing'] }],
      },
      '/assignments/0/roles/0',
    ],
    [
      {
        clients: [{ client_id: 'a', service_account_enabled: true }],
        assignments: [{ client_id: 'a', roles: [{ client_id: 'b', role: 'x' }] }],
      },
      '/assignments/0/roles/0/client_id',
    ],
  ])('%j is refused with a pointer', async (part, pointer) => {
    for (const action of ['plan', 'apply']) {
      expectInvalidMember(await admin.ask('POST', `/realms/${realm}/${action}`, { version: 1, ...part }), pointer);
    }
  });
});
