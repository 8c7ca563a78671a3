import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, unique, type Page, type RealmBody, type TestClient } from './support/administrator.js';
import { ask, expectProblem, type Answer } from './support/http.js';
import { clientCredentials, tokenOf } from './support/protocol.js';

/** Who may do what. Each route is tried by somebody without any role, by a viewer, and by an administrator of another realm. */
describe('permissions', () => {
  let master: Administrator;
  let realm: RealmBody;
  let other: RealmBody;
  let client: TestClient;
  let userId: string;
  let roleId: string;
  let adminRoleId: string;
  let eventId: string;
  let nobody: Administrator;
  let viewer: Administrator;
  let owner: Administrator;
  let foreign: TestClient;

  const actingAs = async (acting: TestClient, role: string | null): Promise<Administrator> => {
    if (role !== null) await master.assignRole(acting, role);
    return new Administrator(tokenOf(await clientCredentials(acting)).token);
  };

  beforeAll(async () => {
    master = await Administrator.signIn();
    realm = await master.createRealm();
    other = await master.createRealm();
    client = await master.createServiceClient(realm.name);
    foreign = await master.createServiceClient(other.name);
    nobody = await actingAs(await master.createServiceClient(realm.name), null);
    viewer = await actingAs(await master.createServiceClient(realm.name), 'viewer');
    owner = await actingAs(await master.createServiceClient(realm.name), 'admin');
    const base = `/realms/${realm.name}`;
    const user = await master.done<{ data: { id: string } }>(
      'GET',
      `${base}/clients/${client.id}/service-account-user`,
    );
    userId = user.data.id;
    const roles = await master.done<Page<{ id: string; name: string }>>('GET', `${base}/roles`);
    roleId = roles.data.find(({ name }) => name === 'viewer')?.id ?? '';
    adminRoleId = roles.data.find(({ name }) => name === 'admin')?.id ?? '';
    eventId = (await master.auditEvents(realm.name, { type: 'client.created' }))[0]?.id ?? '';
  });

  type Call = readonly [method: string, path: () => string, json?: unknown];
  const base = () => `/realms/${realm.name}`;
  const clientPath = () => `${base()}/clients/${client.id}`;

  const READS: readonly Call[] = [
    ['GET', base],
    ['GET', () => `${base()}/clients`],
    ['GET', clientPath],
    ['GET', () => `${clientPath()}/service-account-user`],
    ...['secrets', 'redirects', 'post-logout-redirects', 'web-origins'].map((part): Call => [
      'GET',
      () => `${clientPath()}/${part}`,
    ]),
    ['GET', () => `${base()}/roles`],
    ['GET', () => `${base()}/permissions`],
    ['GET', () => `${base()}/users`],
    ['GET', () => `${base()}/users/${userId}`],
    ['GET', () => `${base()}/users/${userId}/roles`],
    ['GET', () => `${base()}/audit/events`],
    ['GET', () => `${base()}/audit/events/${eventId}`],
    ['GET', () => `${base()}/audit/retention`],
    ['GET', () => `${base()}/audit/histogram?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z`],
    ['GET', () => `${base()}/keys`],
  ];
  const CHANGES: readonly Call[] = [
    ['PUT', base, { display_name: 'x' }],
    ['PUT', () => `${base()}/settings`, { access_token_lifetime: 120 }],
    ['POST', () => `${base()}/clients`, { name: 'x' }],
    ['PATCH', clientPath, { name: 'x' }],
    ['POST', () => `${clientPath()}/client-secret`, { grace_seconds: 60 }],
    ['POST', () => `${clientPath()}/secrets`, {}],
    ['DELETE', () => `${clientPath()}/secrets/${roleId}?force=true`],
    ...['redirects', 'post-logout-redirects', 'web-origins'].flatMap((part): Call[] => [
      ['POST', () => `${clientPath()}/${part}`, { value: 'https://app.example' }],
      ['PUT', () => `${clientPath()}/${part}/${roleId}`, { enabled: false }],
      ['DELETE', () => `${clientPath()}/${part}/${roleId}`],
    ]),
    ['POST', () => `${base()}/users`, { username: 'x' }],
    ['PUT', () => `${base()}/users/${roleId}`, { enabled: false }],
    ['PUT', () => `${base()}/users/${roleId}/reset-password`, { value: 'seven quiet otters' }],
    ['DELETE', () => `${base()}/users/${roleId}`],
    ['POST', () => `${base()}/users/${userId}/roles/${roleId}`],
    ['DELETE', () => `${base()}/users/${userId}/roles/${roleId}`],
    ['POST', () => `${base()}/keys/rotate`],
    ['PUT', () => `${base()}/audit/retention`, { retention: '7y' }],
    ['POST', () => `${base()}/audit/erasures`, { subject_id: '0197c1f0-0000-7000-8000-000000000005', reason: 'x' }],
    ['DELETE', clientPath],
    ['DELETE', base],
  ];

  const tryAll = async (calls: readonly Call[], who: Administrator): Promise<readonly [string, Answer][]> => {
    const answers: [string, Answer][] = [];
    for (const [method, path, json] of calls) {
      answers.push([`${method} ${path().replace(realm.name, '{r}')}`, await who.ask(method, path(), json)]);
    }
    return answers;
  };
  const statuses = (answers: readonly [string, Answer][]) => answers.map(([call, { status }]) => [call, status]);
  const all = (answers: readonly [string, Answer][], status: number) => answers.map(([call]) => [call, status]);

  it('lets nobody without a role do anything: their token is not even meant for this API', async () => {
    const answers = await tryAll([...READS, ...CHANGES], nobody);
    expect(statuses(answers)).toEqual(all(answers, 401));
    for (const [, answer] of answers) {
      expectProblem(answer, 401);
      expect(answer.headers.get('www-authenticate')).toMatch(/error="invalid_token"/);
    }
  });

  it('lets nobody without a bearer do anything', async () => {
    for (const [method, path, json] of [...READS, ...CHANGES]) {
      expectProblem(await ask(method, path(), json === undefined ? {} : { json }), 401);
    }
  });

  it('lets a viewer read everything and change nothing', async () => {
    const reads = await tryAll(READS, viewer);
    expect(statuses(reads)).toEqual(all(reads, 200));
    const changes = await tryAll(CHANGES, viewer);
    expect(statuses(changes)).toEqual(all(changes, 403));
    for (const [, answer] of changes) {
      expectProblem(answer, 403);
      expect(answer.headers.get('www-authenticate')).toMatch(/error="insufficient_scope"/);
    }
  });

  it('lets no administrator of one realm touch another, or make realms', async () => {
    for (const [method, path, json] of [
      ['GET', `/realms/${other.name}`],
      ['GET', `/realms/${other.name}/clients`],
      ['DELETE', `/realms/${other.name}`],
      ['GET', '/realms/master/clients'],
      ['PATCH', `/realms/${other.name}/clients/${foreign.id}`, { enabled: false }],
    ] as const) {
      const answer = await owner.ask(method, path, json);
      expect({ path, status: [401, 403].includes(answer.status) }).toEqual({ path, status: true });
    }
    expectProblem(await owner.ask('POST', '/realms', { name: unique('realm') }), 403);
    const realms = await owner.ask('GET', '/realms');
    if (realms.status === 200) {
      expect((realms.body as Page<RealmBody>).data.map(({ name }) => name)).toEqual([realm.name]);
    } else {
      expectProblem(realms, 403);
    }
  });

  it('answers 404 to the id of another realm’s object, whoever asks', async () => {
    for (const who of [owner, master]) {
      for (const [method, path, json] of [
        ['GET', `${base()}/clients/${foreign.id}`],
        ['PATCH', `${base()}/clients/${foreign.id}`, { enabled: false }],
        ['POST', `${base()}/clients/${foreign.id}/client-secret`, {}],
        ['GET', `${base()}/clients/${foreign.id}/service-account-user`],
        ['DELETE', `${base()}/clients/${foreign.id}`],
      ] as const) {
        expectProblem(await who.ask(method, path, json), 404);
      }
    }
    expect((await clientCredentials(foreign)).status).toBe(200);
    const [event] = await master.auditEvents(other.name, { type: 'client.created' });
    expectProblem(await master.ask('GET', `${base()}/audit/events/${event?.id ?? ''}`), 404);
  });

  it('lets nobody give what they do not hold', async () => {
    const narrow = await master.createServiceClient(realm.name);
    await master.assignRole(narrow, 'admin');
    const scoped = tokenOf(
      await clientCredentials(narrow, { scope: 'manage_roles manage_users view_roles view_users' }),
    );
    const helper = new Administrator(scoped.token);
    expectProblem(await helper.ask('POST', `${base()}/users/${userId}/roles/${adminRoleId}`), 403);
  });

  it('lets nobody take over a client that may more than they do', async () => {
    const strong = await master.createServiceClient(realm.name);
    await master.assignRole(strong, 'admin');
    const narrowed = new Administrator(tokenOf(await clientCredentials(strong, { scope: 'manage_clients' })).token);
    expectProblem(await narrowed.ask('POST', `${base()}/clients/${strong.id}/client-secret`, {}), 403);
    expectProblem(await narrowed.ask('POST', `${base()}/clients/${strong.id}/secrets`, {}), 403);
    const plain = await master.createServiceClient(realm.name);
    expect((await narrowed.ask('POST', `${base()}/clients/${plain.id}/secrets`, {})).status).toBe(201);
    expect((await narrowed.ask('POST', `${base()}/clients/${plain.id}/client-secret`, {})).status).toBe(200);
  });

  it('takes a scope at its word: a token narrowed to view_clients does nothing else', async () => {
    const wide = await master.createServiceClient(realm.name);
    await master.assignRole(wide, 'admin');
    const narrowed = new Administrator(tokenOf(await clientCredentials(wide, { scope: 'view_clients' })).token);
    expect((await narrowed.ask('GET', `${base()}/clients`)).status).toBe(200);
    expectProblem(await narrowed.ask('GET', `${base()}/audit/events`), 403);
    expectProblem(await narrowed.ask('PATCH', clientPath(), { name: 'x' }), 403);
  });

  it('reads authority afresh: a role that was taken away is gone for a token that still names it', async () => {
    const former = await master.createServiceClient(realm.name);
    const unassign = await master.assignRole(former, 'admin');
    const asFormer = new Administrator(tokenOf(await clientCredentials(former)).token);
    expect((await asFormer.ask('GET', `${base()}/clients`)).status).toBe(200);
    expect((await unassign()).status).toBeLessThan(300);
    expectProblem(await asFormer.ask('GET', `${base()}/clients`), 403);
  });
});
