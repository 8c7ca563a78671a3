import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Administrator, unique, type Page, type RealmBody, type TestClient } from './support/administrator.js';
import { expectInvalidMember, expectOAuthError, expectProblem, type Answer } from './support/http.js';
import { clientCredentials, tokenOf } from './support/protocol.js';
import { shape } from './support/shape.js';

interface RoleBody {
  readonly id: string;
  readonly name: string;
  readonly client_id: string | null;
  readonly permissions: readonly string[];
}
interface Preview {
  readonly granted: boolean;
  readonly error?: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly permissions: readonly {
    readonly name: string;
    readonly audience: string;
    readonly outcome: string;
    readonly roles: readonly { readonly name: string }[];
  }[];
}
interface Impact extends Page<{ readonly id: string; readonly gains: string[]; readonly loses: string[] }> {
  readonly role: { readonly added: string[]; readonly removed: string[]; readonly holders: number };
}

describe('roles, permissions and their tokens', () => {
  let admin: Administrator;
  let realm: RealmBody;
  let billing: TestClient;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    billing = await api(['invoices:read', 'invoices:write']);
  });

  const base = () => `/realms/${realm.name}`;

  /** A client that is an API with these permissions. */
  async function api(permissions: readonly string[]): Promise<TestClient> {
    const client = await admin.createServiceClient(realm.name);
    for (const name of permissions) await admin.done('POST', `${base()}/clients/${client.id}/permissions`, { name });
    return client;
  }
  async function makeRole(permissions: readonly string[], client?: TestClient): Promise<RoleBody> {
    const path = client === undefined ? `${base()}/roles` : `${base()}/clients/${client.id}/roles`;
    return (await admin.done<{ data: RoleBody }>('POST', path, { name: unique('role'), permissions })).data;
  }
  async function userOf(client: TestClient): Promise<string> {
    const path = `${base()}/clients/${client.id}/service-account-user`;
    return (await admin.done<{ data: { id: string } }>('GET', path)).data.id;
  }
  async function holderOf(...roles: readonly RoleBody[]): Promise<TestClient> {
    const client = await admin.createServiceClient(realm.name);
    await admin.done('PATCH', `${base()}/users/${await userOf(client)}/roles`, { add: roles.map(({ id }) => id) });
    return client;
  }
  const claimsOf = async (client: TestClient, form: Record<string, string> = {}) =>
    tokenOf(await clientCredentials(client, form)).claims;
  const everywhere = (client: TestClient): Promise<Answer[]> =>
    Promise.all(shape().baseUrls.flatMap((url) => [1, 2].map(() => clientCredentials(client, {}, { base: url }))));
  const scopesNow = async (client: TestClient): Promise<readonly unknown[]> => [
    ...new Set((await everywhere(client)).map((answer) => tokenOf(answer).claims['scope'])),
  ];

  describe('tokens', () => {
    let reader: RoleBody;
    let clerk: RoleBody;
    let holder: TestClient;

    beforeAll(async () => {
      reader = await makeRole(['invoices:read', 'invoices:write'], billing);
      clerk = await makeRole(['view_clients']);
      holder = await holderOf(reader, clerk);
    });

    it('carry the roles and permissions of an API, with it in aud', async () => {
      const claims = await claimsOf(holder);
      expect(claims).toMatchObject({
        realm_access: { roles: [clerk.name] },
        resource_access: { [billing.clientId]: { roles: [reader.name] } },
      });
      expect(String(claims['scope']).split(' ').sort()).toEqual(['invoices:read', 'invoices:write', 'view_clients']);
      expect([...(claims.aud as string[])].sort()).toEqual([billing.clientId, 'realm-management'].sort());
    });

    it('are narrowed by scope: aud and roles go with what is left out', async () => {
      const claims = await claimsOf(holder, { scope: 'invoices:read' });
      expect(claims).toMatchObject({ aud: billing.clientId, scope: 'invoices:read', permissions: ['invoices:read'] });
      expect(claims).toMatchObject({ realm_access: { roles: [] }, resource_access: {} });
      expectOAuthError(await clientCredentials(holder, { scope: 'invoices:delete' }), 400, 'invalid_scope');
    });

    it('are narrowed by resource to the APIs that it names', async () => {
      const claims = await claimsOf(holder, { resource: billing.clientId });
      expect(claims).toMatchObject({
        aud: billing.clientId,
        realm_access: { roles: [] },
        resource_access: { [billing.clientId]: { roles: [reader.name] } },
        permissions: ['invoices:read', 'invoices:write'],
      });
      expectOAuthError(await clientCredentials(holder, { resource: 'no-such-api' }), 400, 'invalid_target');
      const asked = { resource: billing.clientId, scope: 'view_clients' };
      expectOAuthError(await clientCredentials(holder, asked), 400, 'invalid_scope');
    });

    it('follow an API to its new client_id', async () => {
      const moving = await api(['go']);
      const traveller = await holderOf(await makeRole(['go'], moving));
      expect((await claimsOf(traveller)).aud).toBe(moving.clientId);
      const renamed = unique('renamed');
      await admin.done('PATCH', `${base()}/clients/${moving.id}`, { client_id: renamed });
      const deadline = Date.now() + 10_000;
      while ((await claimsOf(traveller)).aud !== renamed && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect((await claimsOf(traveller)).aud).toBe(renamed);
    });
  });

  describe('freshness: the very next token, at every instance, knows', () => {
    it('a permission that a role gained or lost', async () => {
      const role = await makeRole([], billing);
      const holder = await holderOf(role);
      for (let round = 0; round < 6; round += 1) {
        await admin.done('PATCH', `${base()}/roles/${role.id}/permissions`, { add: ['invoices:read'] });
        expect(await scopesNow(holder)).toEqual(['invoices:read']);
        await admin.done('PATCH', `${base()}/roles/${role.id}/permissions`, { remove: ['invoices:read'] });
        expect(await scopesNow(holder)).toEqual(['']);
      }
    });

    it('a permission that was renamed, or deleted by force', async () => {
      const own = await api(['old']);
      const holder = await holderOf(await makeRole(['old'], own));
      await admin.done('PATCH', `${base()}/clients/${own.id}/permissions/old`, { name: 'new' });
      expect(await scopesNow(holder)).toEqual(['new']);
      expectProblem(await admin.ask('DELETE', `${base()}/clients/${own.id}/permissions/new`), 409);
      await admin.done('DELETE', `${base()}/clients/${own.id}/permissions/new?force=true`);
      expect(await scopesNow(holder)).toEqual(['']);
    });

    it('a role whose permission was renamed is another one to whoever has read it', async () => {
      const own = await api(['before']);
      const role = await makeRole(['before'], own);
      const path = `${base()}/roles/${role.id}`;
      const read = await admin.ask('GET', path);
      const etag = String(read.headers.get('etag'));
      expect((await admin.ask('GET', path, undefined, { headers: { 'if-none-match': etag } })).status).toBe(304);
      await admin.done('PATCH', `${base()}/clients/${own.id}/permissions/before`, { name: 'after' });
      const again = await admin.ask('GET', path, undefined, { headers: { 'if-none-match': etag } });
      expect(again).toMatchObject({ status: 200, body: { data: { permissions: ['after'] } } });
      const change = { permissions: [] };
      expectProblem(await admin.ask('PATCH', `${path}/permissions`, change, { headers: { 'if-match': etag } }), 412);
    });

    it('the deletion of a role', async () => {
      for (let round = 0; round < 4; round += 1) {
        const role = await makeRole(['invoices:read'], billing);
        const holder = await holderOf(role);
        expect(await scopesNow(holder)).toEqual(['invoices:read']);
        await admin.done('DELETE', `${base()}/roles/${role.id}`);
        expect(await scopesNow(holder)).toEqual(['']);
        expectProblem(await admin.ask('GET', `${base()}/roles/${role.id}`), 404);
      }
    });

    it('what many were given at once', async () => {
      const role = await makeRole(['invoices:read'], billing);
      const clients = await Promise.all([1, 2, 3].map(() => admin.createServiceClient(realm.name)));
      const users = await Promise.all(clients.map(userOf));
      await admin.done('PATCH', `${base()}/roles/${role.id}/subjects`, { add: users });
      for (const client of clients) expect(await scopesNow(client)).toEqual(['invoices:read']);
      const page = await admin.done<Page<{ id: string; kind: string }>>(
        'GET',
        `${base()}/roles/${role.id}/subjects?limit=2`,
      );
      expect(page.page.total).toBe(3);
      expect(page.data.map(({ id, kind }) => [id, kind])).toEqual(
        [...users]
          .sort()
          .slice(0, 2)
          .map((id) => [id, 'service_account']),
      );
      await admin.done('PATCH', `${base()}/roles/${role.id}/subjects`, { remove: users });
      for (const client of clients) expect(await scopesNow(client)).toEqual(['']);
    });
  });

  it('tells what somebody holds and which roles give it', async () => {
    const [a, b] = [await makeRole(['invoices:read'], billing), await makeRole(['invoices:read'], billing)];
    const holder = await holderOf(a, b);
    const path = `${base()}/users/${await userOf(holder)}/permissions`;
    const { data } = await admin.done<Page<{ name: string; roles: { name: string }[] }>>('GET', path);
    expect(data).toMatchObject([{ name: 'invoices:read', audience: billing.clientId, client_id: billing.id }]);
    expect(data[0]?.roles.map(({ name }) => name).sort()).toEqual([a.name, b.name].sort());
  });

  it('previews: evaluate and impact agree with the tokens before and after, whatever the roles', async () => {
    const names = ['p0', 'p1', 'p2'];
    const own = await api(names);
    const roles = [await makeRole([], own), await makeRole([], own), await makeRole([])];
    const clients = await Promise.all([1, 2, 3].map(() => admin.createServiceClient(realm.name)));
    const users = await Promise.all(clients.map(userOf));
    const setPermissions = (role: RoleBody | undefined, permissions: readonly string[]) =>
      admin.done('PATCH', `${base()}/roles/${role?.id ?? ''}/permissions`, { permissions });
    const permissionsOf = async (client: TestClient): Promise<readonly string[]> =>
      (await claimsOf(client))['permissions'] as string[];
    const evaluate = async (client: TestClient, body: object): Promise<Preview> =>
      (await admin.done<{ data: Preview }>('POST', `${base()}/clients/${client.id}/evaluate`, body)).data;

    const expectSame = async (client: TestClient, form: Record<string, string>): Promise<void> => {
      const preview = await evaluate(client, form);
      const answer = await clientCredentials(client, form);
      if (answer.status !== 200) {
        expect(preview).toMatchObject({ granted: false, error: (answer.body as { error: string }).error });
        return;
      }
      const { jti: _jti, iat: _iat, exp: _exp, ...claims } = tokenOf(answer).claims;
      const { iat, exp, ...previewed } = preview.claims;
      expect(previewed).toEqual(claims);
      expect(Number(exp) - Number(iat)).toBe((answer.body as { expires_in: number }).expires_in);
      const granted = preview.permissions.filter(({ outcome }) => outcome === 'granted');
      expect(granted.map(({ name }) => name)).toEqual(claims['permissions']);
    };

    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.subarray(names), fc.subarray(names), fc.subarray(['view_realm', 'view_users'])),
        fc.array(fc.subarray([0, 1, 2]), { minLength: 3, maxLength: 3 }),
        fc.subarray(names),
        fc.constantFrom<Record<string, string>>({}, { scope: 'p0' }, { resource: own.clientId }, { scope: 'p1 p2' }),
        async (granted, held, proposed, form) => {
          for (const [index, permissions] of granted.entries()) await setPermissions(roles[index], permissions);
          for (const [index, user] of users.entries()) {
            const has = held[index] ?? [];
            const ids = (wanted: boolean) => roles.filter((_, n) => has.includes(n) === wanted).map(({ id }) => id);
            await admin.done('PATCH', `${base()}/users/${user}/roles`, { add: ids(true), remove: ids(false) });
          }
          for (const client of clients) await expectSame(client, form);

          const before = await Promise.all(clients.map(permissionsOf));
          const path = `${base()}/roles/${roles[0]?.id ?? ''}/impact`;
          const impact = await admin.done<Impact>('POST', path, { permissions: proposed });
          expect(await Promise.all(clients.map(permissionsOf))).toEqual(before);
          await setPermissions(roles[0], proposed);
          const after = await Promise.all(clients.map(permissionsOf));
          const expected = users.flatMap((id, index) => {
            const [was = [], is = []] = [before[index], after[index]];
            const gains = is.filter((name) => !was.includes(name));
            const loses = was.filter((name) => !is.includes(name));
            return gains.length + loses.length === 0 ? [] : [{ id, gains, loses }];
          });
          expect(impact.data.map(({ id, gains, loses }) => ({ id, gains, loses }))).toEqual(
            expected.sort((left, right) => (left.id < right.id ? -1 : 1)),
          );
          expect(impact.page.total).toBe(expected.length);
          expect(impact.role.holders).toBe(held.filter((has) => has.includes(0)).length);
        },
      ),
      { numRuns: 8 },
    );
  });

  it('answers bad input with what is wrong', async () => {
    const role = await makeRole([]);
    expectInvalidMember(await admin.ask('POST', `${base()}/roles`, { name: ' ' }), '/name');
    expectInvalidMember(
      await admin.ask('POST', `${base()}/roles`, { name: 'x', permissions: ['view_realm', 'nothing'] }),
      '/permissions/1',
    );
    expectInvalidMember(await admin.ask('POST', `${base()}/permissions`, { name: 'two words' }), '/name');
    expectInvalidMember(await admin.ask('POST', `${base()}/permissions`, { name: 'openid' }), '/name');
    expectProblem(await admin.ask('POST', `${base()}/roles`, { name: role.name }), 409);
    expectProblem(await admin.ask('PUT', `${base()}/roles/${role.id}`, {}, { headers: { 'if-match': '"1"' } }), 412);
    expectProblem(await admin.ask('GET', `${base()}/roles/${role.id}x`), 404);
    expectProblem(await admin.ask('DELETE', `${base()}/permissions/no%20such`), 404);
    expectProblem(await admin.ask('DELETE', `${base()}/permissions/view_realm`), 409);
    const other = await admin.createRealm();
    for (const [method, path, json] of [
      ['GET', '', undefined],
      ['PUT', '', { name: 'x' }],
      ['DELETE', '', undefined],
      ['GET', '/subjects', undefined],
      ['POST', '/impact', { permissions: [] }],
    ] as const) {
      expectProblem(await admin.ask(method, `/realms/${other.name}/roles/${role.id}${path}`, json), 404);
    }
    const billingRoles = `/realms/${other.name}/clients/${billing.id}/roles`;
    expectProblem(await admin.ask('POST', billingRoles, { name: 'x' }), 404);
  });

  it('records every change', async () => {
    const role = await makeRole(['invoices:read'], billing);
    await admin.done('PUT', `${base()}/roles/${role.id}`, { description: 'told' });
    await admin.done('DELETE', `${base()}/roles/${role.id}`);
    for (const type of ['role.created', 'role.updated', 'role.deleted']) {
      // Others of this type are there already; ingest follows a moment behind the answer.
      const deadline = Date.now() + 10_000;
      const mine = async () =>
        (await admin.auditEvents(realm.name, { type, client_id: billing.clientId })).filter(
          ({ target }) => (target as { id?: string } | null)?.id === role.id,
        );
      let events = await mine();
      while (events.length === 0 && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        events = await mine();
      }
      expect(events).toMatchObject([{ type, outcome: 'success', target: { kind: 'role', id: role.id } }]);
    }
    expect(await admin.auditEvents(realm.name, { type: 'permission.created' })).not.toHaveLength(0);
  });
});
