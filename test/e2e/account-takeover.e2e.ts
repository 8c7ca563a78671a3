import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, unique, type RealmBody, type TestClient } from './support/administrator.js';
import { expectOAuthError, expectProblem } from './support/http.js';
import {
  createPerson,
  goodPassword,
  passwordGrant,
  roleId,
  signIn,
  signInClient,
  type Person,
} from './support/people.js';
import { clientCredentials, tokenOf } from './support/protocol.js';
import { shape } from './support/shape.js';

/** Nobody gets into an account that holds more than they do, by whatever route. */
describe('getting into accounts', () => {
  let admin: Administrator;
  let realm: RealmBody;
  let cli: string;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    cli = await signInClient(admin, realm.name);
  });

  const base = () => `/realms/${realm.name}`;
  const makeRole = async (permissions: readonly string[], client?: TestClient): Promise<string> => {
    const path = client === undefined ? `${base()}/roles` : `${base()}/clients/${client.id}/roles`;
    return (await admin.done<{ data: { id: string } }>('POST', path, { name: unique('role'), permissions })).data.id;
  };
  const personWith = async (...roles: readonly string[]): Promise<Person> => {
    const person = await createPerson(admin, realm.name);
    for (const role of roles) await admin.done('POST', `${base()}/users/${person.id}/roles/${role}`);
    return person;
  };
  const holderOf = async (...permissions: readonly string[]): Promise<Administrator> =>
    signIn(cli, await personWith(await makeRole(permissions)));
  const reset = (who: Administrator, person: Person) =>
    who.ask('PUT', `${base()}/users/${person.id}/reset-password`, { value: goodPassword(), temporary: false });

  it('with manage_users alone goes as far as what one holds', async () => {
    const helpdesk = await holderOf('manage_users');
    const colleague = await personWith(await makeRole(['manage_users']));
    const plain = await personWith();
    for (const person of [colleague, plain]) {
      expect((await reset(helpdesk, person)).status).toBe(204);
      expectOAuthError(await passwordGrant(cli, person), 400, 'invalid_grant');
    }
    const boss = await personWith(await roleId(admin, realm.name, 'admin'));
    const more = await personWith(await makeRole(['view_events']));
    for (const person of [boss, more]) {
      const path = `${base()}/users/${person.id}`;
      expectProblem(await reset(helpdesk, person), 403);
      for (const changes of [
        { email: 'mine@example.com' },
        { username: unique('mine') },
        { required_actions: [] },
        { enabled: true },
        { enabled: false, email: 'mine@example.com' },
      ]) {
        expectProblem(await helpdesk.ask('PUT', path, changes), 403);
      }
      expect((await passwordGrant(cli, person)).status).toBe(200);
      expect((await helpdesk.ask('PUT', path, { enabled: false })).status).toBe(200);
      expectProblem(await helpdesk.ask('PUT', path, { enabled: true }), 403);
    }
  });

  it('of the same person from master is judged the same', async () => {
    const masterCli = 'admin-cli';
    const role = await admin.done<{ data: { id: string } }>('POST', '/realms/master/roles', {
      name: unique('helpdesk'),
      permissions: ['manage_users'],
    });
    const person = await createPerson(admin, 'master');
    try {
      await admin.done('POST', `/realms/master/users/${person.id}/roles/${role.data.id}`);
      const helpdesk = await signIn(masterCli, person);
      expect((await reset(helpdesk, await personWith())).status).toBe(204);
      expectProblem(await reset(helpdesk, await personWith(await roleId(admin, realm.name, 'admin'))), 403);
      const { adminUsername: username } = shape();
      const found = await admin.done<{ data: { id: string }[] }>('GET', `/realms/master/users?username=${username}`);
      const path = `/realms/master/users/${found.data[0]?.id ?? ''}`;
      expectProblem(await helpdesk.ask('PUT', `${path}/reset-password`, { value: goodPassword() }), 403);
      expectProblem(await helpdesk.ask('PUT', path, { email: 'mine@example.com' }), 403);
    } finally {
      await admin.done('DELETE', `/realms/master/users/${person.id}`);
      await admin.done('DELETE', `/realms/master/roles/${role.data.id}`);
    }
  });

  it("of those who hold the realm's own permissions needs manage_realm, for people and for clients", async () => {
    await admin.done('POST', `${base()}/permissions`, { name: 'reports:read' });
    const role = await makeRole(['reports:read']);
    const person = await personWith(role);
    const client = await admin.createServiceClient(realm.name);
    const account = await admin.done<{ data: { id: string } }>(
      'GET',
      `${base()}/clients/${client.id}/service-account-user`,
    );
    await admin.done('POST', `${base()}/users/${account.data.id}/roles/${role}`);
    const lesser = await holderOf('manage_users', 'manage_clients');
    const greater = await holderOf('manage_users', 'manage_clients', 'manage_realm');
    const rotate = (who: Administrator) => who.ask('POST', `${base()}/clients/${client.id}/client-secret`);
    const more = (who: Administrator) => who.ask('POST', `${base()}/clients/${client.id}/secrets`);
    expectProblem(await reset(lesser, person), 403);
    expectProblem(await rotate(lesser), 403);
    expectProblem(await more(lesser), 403);
    expect((await clientCredentials(client)).status).toBe(200);
    expect((await reset(greater, person)).status).toBe(204);
    expect([(await rotate(greater)).status, (await more(greater)).status]).toEqual([200, 201]);
  });

  it('of a client that was disabled is closed to lesser administrators, who may know its secret', async () => {
    const client = await admin.createServiceClient(realm.name);
    await admin.assignRole(client, 'admin');
    const operator = await holderOf('manage_clients');
    const path = `${base()}/clients/${client.id}`;
    const apply = (changes: object) =>
      operator.ask('POST', `${base()}/apply`, { version: 1, clients: [{ client_id: client.clientId, ...changes }] });
    for (const member of ['enabled', 'service_account_enabled']) {
      expect((await operator.ask('PATCH', path, { [member]: false })).status).toBe(200);
      expectProblem(await operator.ask('PATCH', path, { [member]: true }), 403);
      expectProblem(await apply({ [member]: true }), 403);
      expect((await operator.ask('PATCH', path, { description: `without ${member}` })).status).toBe(200);
      expect((await clientCredentials(client)).status).not.toBe(200);
      expect((await admin.ask('PATCH', path, { [member]: true })).status).toBe(200);
      expect((await clientCredentials(client)).status).toBe(200);
    }
    const plain = await admin.createServiceClient(realm.name);
    for (const enabled of [false, true]) {
      expect((await operator.ask('PATCH', `${base()}/clients/${plain.id}`, { enabled })).status).toBe(200);
    }
  });

  it("of those who may something at a client's API comes with managing clients, or people", async () => {
    const api = await admin.createServiceClient(realm.name);
    await admin.done('POST', `${base()}/clients/${api.id}/permissions`, { name: 'invoices:write' });
    const writer = await makeRole(['invoices:write'], api);
    const caller = await admin.createServiceClient(realm.name);
    const account = await admin.done<{ data: { id: string } }>(
      'GET',
      `${base()}/clients/${caller.id}/service-account-user`,
    );
    await admin.done('POST', `${base()}/users/${account.data.id}/roles/${writer}`);
    const operator = await holderOf('manage_clients');
    const rotated = await operator.done<{ client_secret: string }>(
      'POST',
      `${base()}/clients/${caller.id}/client-secret`,
    );
    const { claims } = tokenOf(await clientCredentials({ ...caller, secret: rotated.client_secret }));
    expect(claims['scope']).toBe('invoices:write');
    expect((await reset(await holderOf('manage_users'), await personWith(writer))).status).toBe(204);
    // The API itself is no more theirs than before: it takes managing roles to give its permissions to anybody.
    expectProblem(await operator.ask('POST', `${base()}/users/${account.data.id}/roles/${writer}`), 403);
  });
});

describe('the last administrator of master', () => {
  let admin: Administrator;
  let adminRole: string;
  let firstId: string;
  const people: string[] = [];

  beforeAll(async () => {
    admin = await Administrator.signIn();
    adminRole = await roleId(admin, 'master', 'admin');
    const { adminUsername } = shape();
    const found = await admin.done<{ data: { id: string }[] }>('GET', `/realms/master/users?username=${adminUsername}`);
    firstId = found.data[0]?.id ?? '';
  });

  afterAll(async () => {
    for (const id of people) await admin.ask('DELETE', `/realms/master/users/${id}`);
  });

  const first = () => `/realms/master/users/${firstId}`;
  /** Every route by which the first administrator would stop being one. */
  const ways = (): readonly (readonly [string, string, object | undefined])[] => [
    ['DELETE', `${first()}/roles/${adminRole}`, undefined],
    ['PATCH', `${first()}/roles`, { remove: [adminRole] }],
    ['PATCH', `/realms/master/roles/${adminRole}/subjects`, { remove: [firstId] }],
    ['DELETE', `/realms/master/roles/${adminRole}`, undefined],
    ['PUT', `/realms/master/roles/${adminRole}`, { name: 'former' }],
    ['PATCH', `/realms/master/roles/${adminRole}/permissions`, { permissions: [] }],
    ['PUT', first(), { enabled: false }],
    ['PUT', first(), { required_actions: ['UPDATE_PASSWORD'] }],
    ['PUT', `${first()}/reset-password`, { value: goodPassword(), temporary: true }],
    ['DELETE', first(), undefined],
    ['DELETE', '/realms/master', undefined],
    ['PUT', '/realms/master', { enabled: false }],
  ];
  const expectKept = async () => {
    for (const [method, path, json] of ways()) {
      const answer = await admin.ask(method, path, json);
      expect({ method, path, json, status: answer.status }).toEqual({ method, path, json, status: 409 });
    }
    expect(await Administrator.signIn()).toBeDefined();
  };
  const addPerson = async (): Promise<Person> => {
    const person = await createPerson(admin, 'master');
    people.push(person.id);
    await admin.done('POST', `/realms/master/users/${person.id}/roles/${adminRole}`);
    return person;
  };

  it('stays, by every route', expectKept);

  it('stays beside a service account, which may be deleted any time', async () => {
    const client = await admin.createServiceClient('master');
    await admin.assignRole(client, 'admin');
    await expectKept();
    const service = new Administrator(tokenOf(await clientCredentials(client)).token);
    expectProblem(await service.ask('DELETE', first()), 409);
    expect((await admin.ask('DELETE', `/realms/master/clients/${client.id}`)).status).toBe(204);
  });

  it('stays beside those who cannot sign in', async () => {
    const disabled = await addPerson();
    await admin.done('PUT', `/realms/master/users/${disabled.id}`, { enabled: false });
    const temporary = await addPerson();
    const value = goodPassword();
    await admin.done('PUT', `/realms/master/users/${temporary.id}/reset-password`, { value, temporary: true });
    const { data: bare } = await admin.done<{ data: { id: string } }>('POST', '/realms/master/users', {
      username: unique('bare'),
    });
    people.push(bare.id);
    await admin.done('POST', `/realms/master/users/${bare.id}/roles/${adminRole}`);
    await expectKept();
  });
});
