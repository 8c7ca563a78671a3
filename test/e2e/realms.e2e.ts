import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Administrator,
  unique,
  type ClientBody,
  type Page,
  type RealmBody,
  type TestClient,
} from './support/administrator.js';
import { expectInvalidMember, expectProblem } from './support/http.js';
import { clientCredentials, keySetPath, requestToken, tokenOf } from './support/protocol.js';
import { shape } from './support/shape.js';

/** The life of a realm as a stranger's tool sees it. */
describe('realms', () => {
  let admin: Administrator;

  beforeAll(async () => {
    admin = await Administrator.signIn();
  });

  const metadataPath = (realm: string) => `/realms/${realm}/.well-known/openid-configuration`;
  const eachBase = async (check: (base: string) => Promise<void>) => {
    for (const base of shape().baseUrls) await check(base);
  };

  describe('renaming', () => {
    let realm: RealmBody;
    let client: TestClient;

    beforeAll(async () => {
      realm = await admin.createRealm();
      client = await admin.createServiceClient(realm.name);
      await admin.assignRole(client, 'viewer');
    });

    it('moves everything to the new name at once: issuer, keys, clients, roles; nothing is left under the old', async () => {
      const before = tokenOf(await clientCredentials(client)).claims;
      const old = new Administrator(tokenOf(await clientCredentials(client)).token);
      expect((await old.ask('GET', `/realms/${realm.name}`)).status).toBe(200);
      const name = unique('renamed');
      const answer = await admin.ask('PUT', `/realms/${realm.name}`, { name });
      expect(answer).toMatchObject({ status: 200, body: { id: realm.id, name } });
      expect(answer.headers.get('content-location')).toBe(`/realms/${name}`);
      await eachBase(async (base) => {
        expect((await clientCredentials(client, {}, { base })).status).toBe(404);
        expect((await admin.ask('GET', metadataPath(realm.name), undefined, { base })).status).toBe(404);
        expect((await admin.ask('GET', keySetPath(realm.name), undefined, { base })).status).toBe(404);
        expectProblem(await admin.ask('GET', `/realms/${realm.name}/clients`, undefined, { base }), 404);
        // What the old issuer signed is not accepted under either name.
        expectProblem(await old.ask('GET', `/realms/${realm.name}`, undefined, { base }), 401);
        expectProblem(await old.ask('GET', `/realms/${name}`, undefined, { base }), 401);
        const { token, claims } = tokenOf(await clientCredentials({ ...client, realm: name }, {}, { base }));
        expect(claims['iss']).toBe(String(before['iss']).replace(realm.name, name));
        expect([claims['sub'], claims['permissions']]).toEqual([before['sub'], before['permissions']]);
        expect((await new Administrator(token).ask('GET', `/realms/${name}`, undefined, { base })).status).toBe(200);
        const metadata = await admin.ask('GET', metadataPath(name), undefined, { base });
        expect(metadata.body).toMatchObject({ issuer: claims['iss'] });
      });
      const [event] = await admin.auditEvents(name, { type: 'realm.updated' });
      expect(event?.['details']).toEqual({ changes: { name: { before: realm.name, after: name } } });
      client = { ...client, realm: name };
      realm = { ...realm, name };
    });

    it('frees the old name at once, and nothing goes over to who takes it', async () => {
      const old = realm.name;
      const name = unique('renamed');
      await admin.done('PUT', `/realms/${old}`, { name });
      const successor = await admin.createRealm(old);
      expect(successor.id).not.toBe(realm.id);
      const namesake = await admin.createServiceClient(old, { client_id: client.clientId });
      expect((await clientCredentials({ ...client, realm: old })).status).toBe(401);
      expect((await clientCredentials(namesake)).status).toBe(200);
      expect((await clientCredentials({ ...client, realm: name })).status).toBe(200);
      client = { ...client, realm: name };
      realm = { ...realm, name };
    });

    it('there and back keeps no state of before: what was disabled in between stays so', async () => {
      const first = realm.name;
      const second = unique('renamed');
      expect((await clientCredentials(client)).status).toBe(200);
      await admin.done('PUT', `/realms/${first}`, { name: second });
      await admin.done('PATCH', `/realms/${second}/clients/${client.id}`, { enabled: false });
      await admin.done('PUT', `/realms/${second}`, { name: first });
      await eachBase(async (base) => {
        expect((await clientCredentials(client, {}, { base })).status).toBe(401);
      });
      await admin.done('PATCH', `/realms/${first}/clients/${client.id}`, { enabled: true });
      expect((await clientCredentials(client)).status).toBe(200);
    });

    it('refuses master, taken, reserved and impossible names, and an old version', async () => {
      const path = `/realms/${realm.name}`;
      expectProblem(await admin.ask('PUT', '/realms/master', { name: unique('x') }), 409);
      expectProblem(await admin.ask('PUT', path, { name: 'master' }), 409);
      expectProblem(await admin.ask('PUT', path, { name: (await admin.createRealm()).name }), 409);
      expectInvalidMember(await admin.ask('PUT', path, { name: 'MASTER' }), '/name');
      expectInvalidMember(await admin.ask('POST', '/realms', { name: 'Master' }), '/name');
      for (const name of ['', 'a/b', '.a', 'ä', 'x'.repeat(64), null, 7]) {
        expectInvalidMember(await admin.ask('PUT', path, { name }), '/name');
      }
      const headers = { 'if-match': '"1"' };
      expectProblem(await admin.ask('PUT', path, { name: unique('x') }, { headers }), 412);
      expect((await admin.ask('GET', path)).status).toBe(200);
    });

    it('gives a name to exactly one of several realms that want it', async () => {
      const name = unique('wanted');
      const realms = await Promise.all(Array.from({ length: 4 }, () => admin.createRealm()));
      const answers = await Promise.all(realms.map((one) => admin.ask('PUT', `/realms/${one.name}`, { name })));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    });

    it('loses no client that is registered or changed meanwhile', async () => {
      const { name } = await admin.createRealm();
      const names = Array.from({ length: 4 }, () => unique('moving'));
      const present = await admin.createServiceClient(name);
      let last = name;
      const moving = (async () => {
        for (const next of names) {
          await admin.done('PUT', `/realms/${last}`, { name: next });
          last = next;
        }
      })();
      const made: string[] = [];
      for (let i = 0; i < 12; i += 1) {
        const answer = await admin.ask('POST', `/realms/${last}/clients`, { name: 'c', client_id: `c${String(i)}` });
        if (answer.status === 201) made.push(`c${String(i)}`);
        else expect([404, 503]).toContain(answer.status);
      }
      await moving;
      const { data } = await admin.done<Page<{ client_id: string }>>('GET', `/realms/${last}/clients?limit=200`);
      expect(data.map((one) => one.client_id)).toEqual(expect.arrayContaining([present.clientId, ...made]));
      expect((await clientCredentials({ ...present, realm: last })).status).toBe(200);
    });
  });

  describe('listing', () => {
    it('sorts, filters, pages and searches by prefix and any part; refuses what it does not know', async () => {
      const prefix = unique('Listed');
      for (const end of ['b', 'a', 'c']) await admin.done('POST', '/realms', { name: `${prefix}-${end}` });
      await admin.done('PUT', `/realms/${prefix}-c`, { enabled: false, display_name: `Shown ${prefix}` });
      const page = (query: string) => admin.done<Page<RealmBody>>('GET', `/realms?${query}`);
      const ends = async (query: string) =>
        (await page(`search=${prefix}&${query}`)).data.map(({ name }) => name.at(-1)).join('');
      expect([await ends(''), await ends('sort=-name')]).toEqual(['abc', 'cba']);
      expect([await ends('sort=created_at'), await ends('sort=-created_at')]).toEqual(['bac', 'cab']);
      expect([await ends('enabled=true'), await ends('enabled=false')]).toEqual(['ab', 'c']);
      expect((await page(`search=${prefix.toUpperCase().slice(2)}`)).page.total).toBe(3);
      expect((await page(`search=${encodeURIComponent(`sHOWN ${prefix}`)}`)).page.total).toBe(1);
      let [seen, cursor]: [string, string | null] = ['', ''];
      while (cursor !== null) {
        const query = `search=${prefix}&sort=-created_at&limit=2&cursor=${encodeURIComponent(cursor)}`;
        const { data, page: facts }: Page<RealmBody> = await page(query);
        seen += data.map(({ name }) => name.at(-1)).join('');
        expect(facts.total).toBe(3);
        cursor = facts.next_cursor;
      }
      expect(seen).toBe('cab');
      const foreign = (await page(`search=${prefix}&limit=1`)).page.next_cursor ?? '';
      for (const query of ['sort=id', 'enabled=yes', 'color=red', 'limit=0', 'limit=201', 'sort=name&sort=name']) {
        expectProblem(await admin.ask('GET', `/realms?${query}`), 422);
      }
      expectProblem(await admin.ask('GET', `/realms?sort=-name&cursor=${foreign}`), 400);
    });
  });

  describe('system clients', () => {
    it('cannot be deleted, nor change their type or what the product relies on', async () => {
      const { name } = await admin.createRealm();
      const path = `/realms/${name}/clients`;
      const { data } = await admin.done<Page<ClientBody>>('GET', `${path}?client_type=system`);
      expect(data.map(({ client_id: one }) => one)).toEqual(['account', 'console', 'realm-management']);
      for (const { id } of data) {
        expectProblem(await admin.ask('DELETE', `${path}/${id}`), 409);
        expectInvalidMember(await admin.ask('PATCH', `${path}/${id}`, { client_type: 'public' }), '/client_type');
        expectInvalidMember(await admin.ask('PATCH', `${path}/${id}`, { public_client: true }), '/public_client');
        expectProblem(await admin.ask('PATCH', `${path}/${id}`, { client_id: unique('x') }), 409);
        expectProblem(await admin.ask('PATCH', `${path}/${id}`, { service_account_enabled: true }), 409);
        expectProblem(await admin.ask('POST', `${path}/${id}/client-secret`), 409);
      }
      expectInvalidMember(await admin.ask('POST', path, { name: 'x', client_type: 'system' }), '/client_type');
    });
  });

  describe('disabling', () => {
    it('issues nothing to anybody by any grant and accepts no token of before; enabling lets all in again', async () => {
      const realm = (await admin.createRealm()).name;
      const client = await admin.createServiceClient(realm);
      await admin.assignRole(client, 'admin');
      const publicClient = unique('app');
      await admin.done('POST', `/realms/${realm}/clients`, {
        name: publicClient,
        client_id: publicClient,
        client_type: 'public',
        direct_access_grants_enabled: true,
      });
      const inside = new Administrator(tokenOf(await clientCredentials(client)).token);
      expect((await inside.ask('GET', `/realms/${realm}`)).status).toBe(200);
      const byPassword = { grant_type: 'password', client_id: publicClient, username: 'nobody', password: 'wrong' };
      await admin.done('PUT', `/realms/${realm}`, { enabled: false });
      await eachBase(async (base) => {
        expect((await clientCredentials(client, {}, { base })).status).toBe(400);
        const refused = await requestToken(realm, { form: byPassword, base });
        expect(refused.status).toBe(400);
        expectProblem(await inside.ask('GET', `/realms/${realm}`, undefined, { base }), 401);
        // Tokens of before may still have to be recognised by who holds them.
        expect((await admin.ask('GET', keySetPath(realm), undefined, { base })).status).toBe(200);
      });
      const answers = await admin.auditEvents(realm, { type: 'token.refused' });
      expect(answers[0]?.reason).toBe('realm_disabled');
      await admin.done('PUT', `/realms/${realm}`, { enabled: true });
      expect((await clientCredentials(client)).status).toBe(200);
      expect((await inside.ask('GET', `/realms/${realm}`)).status).toBe(200);
    });
  });
});
