import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, unique, type Page, type RealmBody } from './support/administrator.js';
import { expectInvalidMember, expectOAuthError, expectProblem } from './support/http.js';
import {
  createPerson,
  goodPassword,
  passwordGrant,
  roleId,
  signIn,
  signInClient,
  type UserBody,
} from './support/people.js';
import { clientCredentials, requestToken, tokenOf } from './support/protocol.js';
import { shape } from './support/shape.js';

/** People: created, found, changed, let in and deleted. */
describe('users', () => {
  let admin: Administrator;
  let realm: RealmBody;
  let cli: string;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    cli = await signInClient(admin, realm.name);
  });

  const users = () => `/realms/${realm.name}/users`;
  const create = async (members: object = {}) =>
    (await admin.done<{ data: UserBody }>('POST', users(), { username: unique('user'), ...members })).data;
  const list = async (query: string) => await admin.done<Page<UserBody>>('GET', `${users()}?${query}`);
  const namesOf = ({ data }: Page<UserBody>) => data.map(({ username }) => username);

  it('are created, read, changed and deleted, each change on record', async () => {
    const username = unique('Ada');
    const body = { username, email: 'ada@example.com', email_verified: true, firstname: 'Ada', lastname: 'Lovelace' };
    const created = await admin.ask('POST', users(), body);
    expect(created.status).toBe(201);
    const { data: user } = created.body as { data: UserBody };
    expect(user).toMatchObject({ ...body, realm_id: realm.id, client_id: null, enabled: true, required_actions: [] });
    expect(created.headers.get('location')).toBe(`${users()}/${user.id}`);
    const path = `${users()}/${user.id}`;
    const read = await admin.ask('GET', path);
    expect(read.body).toEqual(created.body);
    const tag = read.headers.get('etag') ?? '';
    expect(tag).toBe(created.headers.get('etag'));
    expect((await admin.ask('GET', path, undefined, { headers: { 'if-none-match': tag } })).status).toBe(304);

    const conditional = { headers: { 'if-match': tag } };
    const changed = await admin.ask('PUT', path, { email: 'a.l@example.com', firstname: null }, conditional);
    expect(changed.body).toMatchObject({
      data: { username, email: 'a.l@example.com', email_verified: false, firstname: null, lastname: 'Lovelace' },
    });
    expect(changed.headers.get('etag')).not.toBe(tag);
    expectProblem(await admin.ask('PUT', path, { lastname: 'x' }, conditional), 412);
    expectProblem(await admin.ask('DELETE', path, undefined, conditional), 412);
    const last = { headers: { 'if-match': changed.headers.get('etag') ?? '' } };
    expect((await admin.ask('DELETE', path, undefined, last)).status).toBe(204);
    for (const [method, at, json] of [
      ['GET', path, undefined],
      ['PUT', path, { enabled: false }],
      ['DELETE', path, undefined],
      ['PUT', `${path}/reset-password`, { value: goodPassword() }],
      ['GET', `${path}/roles`, undefined],
      ['GET', `${path}/permissions`, undefined],
    ] as const) {
      expectProblem(await admin.ask(method, at, json), 404);
    }
    const events = await admin.auditEvents(realm.name, { subject_id: user.id }, 3);
    expect(events.map(({ type }) => type)).toEqual(['user.deleted', 'user.updated', 'user.created']);
    expect(events[1]?.['details']).toMatchObject({
      changes: { email: { before: 'ada@example.com', after: 'a.l@example.com' } },
    });
  });

  it('are listed in pages, sorted, searched and filtered, service accounts among them', async () => {
    const mark = unique('m');
    await create({ username: `${mark}-b`, email: `${mark}@example.com`, enabled: false });
    await create({ username: `${mark}-A`, firstname: 'Grace', lastname: 'Hopper' });
    const client = await admin.createServiceClient(realm.name, { client_id: `${mark}-c` });
    expect(namesOf(await list(`search=${mark}`))).toEqual([`${mark}-A`, `${mark}-b`, `service-account-${mark}-c`]);
    expect(namesOf(await list(`search=${mark}&sort=-username&service_account=false`))).toEqual([
      `${mark}-b`,
      `${mark}-A`,
    ]);
    expect(namesOf(await list(`search=${mark}&sort=created_at`))[0]).toBe(`${mark}-b`);
    const [account] = (await list(`search=${mark}&service_account=true`)).data;
    expect(account).toMatchObject({ client_id: client.id, username: `service-account-${client.clientId}` });
    expect(namesOf(await list(`search=${mark}&enabled=false`))).toEqual([`${mark}-b`]);
    expect(namesOf(await list(`username=${mark.toUpperCase()}-B`))).toEqual([`${mark}-b`]);
    expect(namesOf(await list(`email=${mark}@EXAMPLE.com`))).toEqual([`${mark}-b`]);
    expect(namesOf(await list(`search=grace+hopper&username=${mark}-a`))).toEqual([`${mark}-A`]);
    const first = await list(`search=${mark}&limit=2`);
    expect(first.page.total).toBe(3);
    const second = await list(`search=${mark}&limit=2&cursor=${first.page.next_cursor ?? ''}`);
    expect([namesOf(second), second.page.next_cursor]).toEqual([[`service-account-${mark}-c`], null]);
    expectProblem(await admin.ask('GET', `${users()}?sort=created_at&cursor=${first.page.next_cursor ?? ''}`), 400);
    for (const query of ['limit=0', 'sort=email', 'enabled=yes', 'who=me', 'limit=2&limit=3']) {
      expectProblem(await admin.ask('GET', `${users()}?${query}`), 422);
    }
    expect((await admin.ask('GET', `${users()}?search=%00`)).status).toBe(422);
  });

  it.each<[object, string]>([
    [{}, '/username'],
    [{ username: '' }, '/username'],
    [{ username: 7 }, '/username'],
    [{ username: null }, '/username'],
    [{ username: 'a b' }, '/username'],
    [{ username: 'ad\u0430' }, '/username'],
    [{ username: 'a\u0308nne' }, '/username'],
    [{ username: 'a\u200bda' }, '/username'],
    [{ username: 'service-account-x' }, '/username'],
    [{ username: 'x'.repeat(256) }, '/username'],
    [{ username: 'x', email: 'nobody' }, '/email'],
    [{ username: 'x', email_verified: 'yes' }, '/email_verified'],
    [{ username: 'x', email_verified: true }, '/email_verified'],
    [{ username: 'x', firstname: 'a\u0007' }, '/firstname'],
    [{ username: 'x', lastname: 'x'.repeat(256) }, '/lastname'],
    [{ username: 'x', enabled: null }, '/enabled'],
    [{ username: 'x', id: '1' }, '/id'],
    [{ username: 'x', password: 'x' }, '/password'],
    [{ username: 'x', client_id: null }, '/client_id'],
  ])('are not created of %j', async (body, pointer) => {
    expectInvalidMember(await admin.ask('POST', users(), body), pointer);
  });

  it('are not changed by what is wrong, nor take a name that is taken', async () => {
    const user = await create({ username: unique('First') });
    const other = await create();
    const path = `${users()}/${other.id}`;
    for (const [body, pointer] of [
      [{ username: null }, '/username'],
      [{ username: ' x' }, '/username'],
      [{ email: 'x@y' }, '/email'],
      [{ required_actions: ['FLY'] }, '/required_actions'],
      [{ required_actions: 'UPDATE_PASSWORD' }, '/required_actions'],
      [{ realm_id: realm.id }, '/realm_id'],
    ] as const) {
      expectInvalidMember(await admin.ask('PUT', path, body), pointer);
    }
    expectProblem(await admin.ask('PUT', path, { username: user.username.toUpperCase() }), 409);
    expectProblem(await admin.ask('POST', users(), { username: user.username.toLowerCase() }), 409);
    for (const raw of ['', '[]', '{', 'null']) {
      const answer = await admin.ask('PUT', path, undefined, { raw, headers: { 'content-type': 'application/json' } });
      expect([400, 422]).toContain(answer.status);
    }
    expect((await admin.done<{ data: UserBody }>('GET', path)).data).toEqual(other);
    // The same name is free in another realm.
    const elsewhere = await admin.createRealm();
    await admin.done('POST', `/realms/${elsewhere.name}/users`, { username: user.username });
  });

  it('are found in their own realm only', async () => {
    const user = await create();
    const elsewhere = await admin.createRealm();
    const path = `/realms/${elsewhere.name}/users/${user.id}`;
    for (const [method, at, json] of [
      ['GET', path, undefined],
      ['PUT', path, { enabled: false }],
      ['DELETE', path, undefined],
      ['PUT', `${path}/reset-password`, { value: goodPassword() }],
      ['POST', `${path}/roles/${await roleId(admin, elsewhere.name, 'viewer')}`, undefined],
    ] as const) {
      expectProblem(await admin.ask(method, at, json), 404);
    }
    expect(await list(`username=${user.username}`)).toMatchObject({ data: [user] });
  });

  describe('passwords', () => {
    const reset = (id: string, body: object) => admin.ask('PUT', `${users()}/${id}/reset-password`, body);

    it('let a person in once they are set', async () => {
      const user = await create();
      const person = { realm: realm.name, id: user.id, username: user.username, password: goodPassword() };
      expectOAuthError(await passwordGrant(cli, person), 400, 'invalid_grant');
      const body = { value: person.password, temporary: false, credential_type: 'password' };
      expect((await reset(user.id, body)).status).toBe(204);
      expect((await passwordGrant(cli, person)).status).toBe(200);
      expect((await passwordGrant(cli, { ...person, username: user.username.toUpperCase() })).status).toBe(200);
      expectOAuthError(await passwordGrant(cli, { ...person, password: 'something else' }), 400, 'invalid_grant');
      const [event] = await admin.auditEvents(realm.name, { type: 'user.password_changed', subject_id: user.id });
      expect(event?.['details']).toMatchObject({ changes: { password: { before: null, after: '***' } } });
      expect(JSON.stringify(event)).not.toContain(person.password);
    });

    it('that are temporary let nobody in before they are changed', async () => {
      const person = await createPerson(admin, realm.name);
      expect((await passwordGrant(cli, person)).status).toBe(200);
      await reset(person.id, { value: person.password, temporary: true });
      expectOAuthError(await passwordGrant(cli, person), 400, 'invalid_grant');
      const read = await admin.done<{ data: UserBody }>('GET', `${users()}/${person.id}`);
      expect(read.data.required_actions).toEqual(['UPDATE_PASSWORD']);
      await reset(person.id, { value: person.password, temporary: false });
      expect((await passwordGrant(cli, person)).status).toBe(200);
      await admin.done('PUT', `${users()}/${person.id}`, { required_actions: ['UPDATE_PASSWORD'] });
      expectOAuthError(await passwordGrant(cli, person), 400, 'invalid_grant');
    });

    it.each<[object, string]>([
      [{}, '/value'],
      [{ value: null }, '/value'],
      [{ value: 'short' }, '/value'],
      [{ value: 'password1234' }, '/value'],
      [{ value: 'qwertyuiop12' }, '/value'],
      [{ value: 'x'.repeat(1_025) }, '/value'],
      [{ value: goodPassword(), temporary: 'no' }, '/temporary'],
      [{ value: goodPassword(), credential_type: 'otp' }, '/credential_type'],
      [{ value: goodPassword(), id: 1 }, '/id'],
    ])('are not set to %j', async (body, pointer) => {
      expectInvalidMember(await reset((await create()).id, body), pointer);
    });

    it('may not be made of the username', async () => {
      const user = await create({ username: 'marmaduke' });
      expectInvalidMember(await reset(user.id, { value: 'Marmaduke says 9' }), '/value');
    });
  });

  it('get no token any more once disabled or deleted, at any gateway, and their tokens open nothing', async () => {
    const { baseUrls } = shape();
    const viewer = await roleId(admin, realm.name, 'viewer');
    for (const [method, json] of [
      ['PUT', { enabled: false }],
      ['DELETE', undefined],
    ] as const) {
      const person = await createPerson(admin, realm.name);
      await admin.done('POST', `${users()}/${person.id}/roles/${viewer}`);
      const them = await signIn(cli, person);
      expect((await them.ask('GET', `/realms/${realm.name}/clients`)).status).toBe(200);
      for (const base of baseUrls) expect((await passwordGrant(cli, person, { base })).status).toBe(200);
      await admin.done(method, `${users()}/${person.id}`, json);
      for (const base of baseUrls) {
        expectOAuthError(await passwordGrant(cli, person, { base }), 400, 'invalid_grant');
        expectProblem(await them.ask('GET', `/realms/${realm.name}/clients`, undefined, { base }), 401);
      }
    }
  });

  it('leave their roles when they are deleted', async () => {
    const person = await createPerson(admin, realm.name);
    const viewer = await roleId(admin, realm.name, 'viewer');
    const holders = async () =>
      (await admin.done<Page<{ id: string }>>('GET', `/realms/${realm.name}/roles/${viewer}/subjects?limit=200`)).data;
    await admin.done('POST', `${users()}/${person.id}/roles/${viewer}`);
    expect((await holders()).map(({ id }) => id)).toContain(person.id);
    await admin.done('DELETE', `${users()}/${person.id}`);
    const deadline = Date.now() + 10_000;
    while ((await holders()).some(({ id }) => id === person.id)) expect(Date.now()).toBeLessThan(deadline);
    const events = await admin.auditEvents(realm.name, { type: 'role.unassigned', subject_id: person.id });
    expect(events[0]?.['details']).toMatchObject({ cause: 'user_deleted' });
    expectProblem(await admin.ask('POST', `${users()}/${person.id}/roles/${viewer}`), 404);
  });

  it('that are service accounts can be seen and given roles, but follow their client in all else', async () => {
    const client = await admin.createServiceClient(realm.name);
    const { data: account } = await admin.done<{ data: UserBody }>(
      'GET',
      `/realms/${realm.name}/clients/${client.id}/service-account-user`,
    );
    const path = `${users()}/${account.id}`;
    expect((await admin.done<{ data: UserBody }>('GET', path)).data).toEqual(account);
    await admin.done('POST', `${path}/roles/${await roleId(admin, realm.name, 'viewer')}`);
    for (const [method, at, json] of [
      ['PUT', path, { username: 'free' }],
      ['PUT', path, { enabled: false, firstname: 'Ada' }],
      ['DELETE', path, undefined],
      ['PUT', `${path}/reset-password`, { value: goodPassword() }],
    ] as const) {
      const answer = await admin.ask(method, at, json);
      expectProblem(answer, 409);
      expect(answer.body).toMatchObject({ detail: expect.stringContaining('service account') });
    }
    const form = { grant_type: 'password', client_id: cli, username: account.username };
    for (const password of ['', 'x', client.secret]) {
      const answer = await requestToken(realm.name, { form: { ...form, password } });
      expect(answer.status).toBe(400);
    }
  });

  it('that are service accounts are turned off and on with their client, seen by the next token', async () => {
    const client = await admin.createServiceClient(realm.name);
    const clientPath = `/realms/${realm.name}/clients/${client.id}`;
    const { data: account } = await admin.done<{ data: UserBody }>('GET', `${clientPath}/service-account-user`);
    const path = `${users()}/${account.id}`;
    const flag = async (): Promise<unknown> =>
      (await admin.done<{ data: Record<string, unknown> }>('GET', clientPath)).data['service_account_enabled'];
    expect((await clientCredentials(client)).status).toBe(200);

    const off = await admin.ask('PUT', path, { enabled: false });
    expect(off).toMatchObject({ status: 200, body: { data: { id: account.id, enabled: false } } });
    expectOAuthError(await clientCredentials(client), 400, 'unauthorized_client');
    expect((await admin.done<{ data: UserBody }>('GET', path)).data.enabled).toBe(false);
    expect(await flag()).toBe(false);
    expectProblem(await admin.ask('PUT', path, { enabled: true }, { headers: { 'if-match': '"0"' } }), 412);

    // Who manages users but no clients takes away, and does not give back.
    const helper = await admin.createServiceClient(realm.name);
    const role = unique('role');
    await admin.done('POST', `/realms/${realm.name}/roles`, { name: role, permissions: ['manage_users'] });
    await admin.assignRole(helper, role);
    const acting = new Administrator(tokenOf(await clientCredentials(helper)).token);
    expectProblem(await acting.ask('PUT', path, { enabled: true }), 403);
    expect((await clientCredentials(client)).status).toBe(400);

    expect((await admin.done<{ data: UserBody }>('PUT', path, { enabled: true })).data.enabled).toBe(true);
    expect((await clientCredentials(client)).status).toBe(200);
    expect(await flag()).toBe(true);
    expect((await acting.ask('PUT', path, { enabled: false })).status).toBe(200);
    expect((await clientCredentials(client)).status).toBe(400);
    const [event] = await admin.auditEvents(realm.name, { type: 'client.updated', client_id: client.clientId }, 3);
    expect(event).toMatchObject({
      actor: { kind: 'service_account', client_id: helper.clientId },
      details: { changes: { service_account_enabled: { before: true, after: false } } },
    });
  });
});
