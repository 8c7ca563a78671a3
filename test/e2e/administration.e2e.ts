import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, unique, type ClientBody, type Page, type RealmBody } from './support/administrator.js';
import { expectInvalidMember, expectProblem } from './support/http.js';
import { clientCredentials, requestToken } from './support/protocol.js';
import { shape } from './support/shape.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

describe('administration', () => {
  let admin: Administrator;
  let realm: RealmBody;
  let clients: string;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    clients = `/realms/${realm.name}/clients`;
  });

  describe('realms', () => {
    it('creates a realm, bare, with 201, Location and ETag, and reads it back', async () => {
      const name = unique('realm');
      const answer = await admin.ask('POST', '/realms', { name, display_name: 'A realm' });
      expect(answer.status).toBe(201);
      expect(answer.headers.get('location')).toContain(`/realms/${name}`);
      expect(answer.body).toEqual({
        id: expect.stringMatching(UUID),
        name,
        display_name: 'A realm',
        enabled: true,
        settings: expect.objectContaining({
          access_token_lifetime: expect.any(Number),
          default_signing_algorithm: 'ES256',
        }),
        created_at: expect.stringMatching(INSTANT),
        updated_at: expect.stringMatching(INSTANT),
      });
      const read = await admin.ask('GET', `/realms/${name}`);
      expect(read.body).toEqual(answer.body);
      expect(read.headers.get('etag')).toMatch(/^"[^"]+"$/);
    });

    it('changes only what a PUT names, and settings in part', async () => {
      const { name } = await admin.createRealm();
      await admin.done('PUT', `/realms/${name}`, { display_name: 'First' });
      await admin.done('PUT', `/realms/${name}/settings`, { access_token_lifetime: 90 });
      const { data } = await admin.done<{ data: RealmBody }>('PUT', `/realms/${name}/settings`, {
        default_signing_algorithm: 'EdDSA',
      });
      expect(data).toMatchObject({
        display_name: 'First',
        settings: { access_token_lifetime: 90, default_signing_algorithm: 'EdDSA' },
      });
      await admin.done('PUT', `/realms/${name}`, { display_name: null });
      expect(await admin.done('GET', `/realms/${name}`)).toMatchObject({ display_name: null, enabled: true });
    });

    it('lists and pages realms, and finds them', async () => {
      const prefix = unique('paged');
      for (const suffix of ['a', 'b', 'c']) await admin.createRealm(`${prefix}-${suffix}`);
      const first = await admin.done<Page<RealmBody>>('GET', `/realms?search=${prefix}&limit=2`);
      expect(first).toMatchObject({ data: [{ name: `${prefix}-a` }, { name: `${prefix}-b` }], page: { total: 3 } });
      const cursor = encodeURIComponent(first.page.next_cursor ?? '');
      const second = await admin.done<Page<RealmBody>>('GET', `/realms?search=${prefix}&limit=2&cursor=${cursor}`);
      expect(second).toMatchObject({ data: [{ name: `${prefix}-c` }], page: { next_cursor: null, total: 3 } });
    });

    it('deletes a realm with all that is in it; its name can be used again and inherits nothing', async () => {
      const name = unique('realm');
      const former = await admin.createRealm(name);
      const client = await admin.createServiceClient(name);
      expect((await clientCredentials(client)).status).toBe(200);
      await admin.auditEvents(name, { type: 'client.created' });
      expect((await admin.ask('DELETE', `/realms/${name}`)).status).toBe(204);
      for (const base of shape().baseUrls) expect((await clientCredentials(client, {}, { base })).status).toBe(404);
      expectProblem(await admin.ask('GET', `/realms/${name}`), 404);
      const next = await admin.createRealm(name);
      expect(next.id).not.toBe(former.id);
      expect((await clientCredentials(client)).status).toBe(401);
      const page = await admin.done<Page<{ realm_id: string }>>('GET', `/realms/${name}/audit/events?limit=200`);
      expect(page.data.every((event) => event.realm_id === next.id)).toBe(true);
    });

    it('does not let anybody delete or disable master', async () => {
      expectProblem(await admin.ask('DELETE', '/realms/master'), 409);
      expectProblem(await admin.ask('PUT', '/realms/master', { enabled: false }), 409);
    });

    it('comes with its system clients and roles', async () => {
      const list = await admin.done<Page<ClientBody & { client_type: string }>>('GET', `${clients}?client_type=system`);
      expect(list.data.map(({ client_id }) => client_id)).toEqual(['account', 'console', 'realm-management']);
      const roles = await admin.done<Page<{ name: string; permissions: string[] }>>(
        'GET',
        `/realms/${realm.name}/roles`,
      );
      expect(roles.data.map(({ name }) => name).sort()).toEqual(['admin', 'viewer']);
      const viewer = roles.data.find(({ name }) => name === 'viewer');
      expect(viewer?.permissions.every((name) => /^(view|query)_/.test(name))).toBe(true);
      const management = list.data.find(({ client_id }) => client_id === 'realm-management');
      expectProblem(await admin.ask('DELETE', `${clients}/${management?.id ?? ''}`), 409);
    });

    it('lists the permission catalogue', async () => {
      const { data } = await admin.done<{ data: { name: string; bit: number }[] }>(
        'GET',
        `/realms/${realm.name}/permissions`,
      );
      expect(data).toHaveLength(27);
      expect(data.find(({ name }) => name === 'view_clients')).toMatchObject({ bit: 13 });
    });
  });

  describe('clients', () => {
    it('creates a confidential client with defaults, and shows its secret this once', async () => {
      const answer = await admin.ask('POST', clients, { name: 'Billing' });
      expect(answer.status).toBe(201);
      const body = answer.body as ClientBody;
      expect(body).toMatchObject({
        id: expect.stringMatching(UUID),
        realm_id: realm.id,
        client_id: expect.stringMatching(/^.{8,}$/),
        name: 'Billing',
        client_type: 'confidential',
        protocol: 'openid-connect',
        enabled: true,
        public_client: false,
        service_account_enabled: false,
        direct_access_grants_enabled: false,
        first_party: false,
        secret: '***',
        redirect_uris: [],
        access_token_lifetime: null,
        client_secret: expect.stringMatching(/^[\w-]{43,}$/),
      });
      const { client_secret: secret, ...rest } = body;
      const read = await admin.ask('GET', `${clients}/${body.id}`);
      expect(read.body).toEqual({ data: rest });
      expect(read.text).not.toContain(secret);
      const list = await admin.ask('GET', `${clients}?client_id=${body.client_id}`);
      expect(list.body).toEqual({ data: [rest], page: { next_cursor: null, total: 1 } });
    });

    it('creates a public client without a secret', async () => {
      const body = await admin.done<ClientBody>('POST', clients, {
        name: 'App',
        client_type: 'public',
        public_client: true,
      });
      expect(body).toMatchObject({ public_client: true, secret: null });
      expect(body).not.toHaveProperty('client_secret');
      expectProblem(await admin.ask('POST', `${clients}/${body.id}/client-secret`, {}), 409);
    });

    it('keeps redirect URIs', async () => {
      const values = ['https://app.example/callback', 'http://127.0.0.1/callback'];
      const body = await admin.done<{ redirect_uris: unknown[] }>('POST', clients, {
        name: 'Web',
        redirect_uris: values,
      });
      expect(body.redirect_uris).toEqual(
        expect.arrayContaining(values.map((value) => expect.objectContaining({ value, enabled: true }))),
      );
    });

    it('PATCH leaves absent members alone and clears those sent as null', async () => {
      const { id } = await admin.done<ClientBody>('POST', clients, {
        name: 'Patched',
        description: 'What it does',
        access_token_lifetime: 60,
      });
      const named = await admin.done('PATCH', `${clients}/${id}`, { name: 'Renamed' });
      expect(named).toMatchObject({
        data: { name: 'Renamed', description: 'What it does', access_token_lifetime: 60 },
      });
      const cleared = await admin.done('PATCH', `${clients}/${id}`, { description: null, access_token_lifetime: null });
      expect(cleared).toMatchObject({ data: { name: 'Renamed', description: null, access_token_lifetime: null } });
      expectInvalidMember(await admin.ask('PATCH', `${clients}/${id}`, { name: null }), '/name');
      expect((await admin.ask('PATCH', `${clients}/${id}`, {})).status).toBe(200);
    });

    it('refuses a change on an old state (If-Match), and one of two at once', async () => {
      const { id } = await admin.done<ClientBody>('POST', clients, { name: 'Versioned' });
      const path = `${clients}/${id}`;
      const etag = (await admin.ask('GET', path)).headers.get('etag') ?? '';
      const headers = { 'if-match': etag };
      const both = await Promise.all(['One', 'Two'].map((name) => admin.ask('PATCH', path, { name }, { headers })));
      expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
      const changed = both.find(({ status }) => status === 200);
      expect(changed?.headers.get('etag')).not.toBe(etag);
      expectProblem(await admin.ask('DELETE', path, undefined, { headers }), 412);
      expect(
        (await admin.ask('GET', path, undefined, { headers: { 'if-none-match': changed?.headers.get('etag') ?? '' } }))
          .status,
      ).toBe(304);
      const fresh = { 'if-match': changed?.headers.get('etag') ?? '' };
      expect((await admin.ask('DELETE', path, undefined, { headers: fresh })).status).toBe(204);
      expectProblem(await admin.ask('GET', path), 404);
      expectProblem(await admin.ask('DELETE', path), 404);
    });

    it('gives a client_id to exactly one of many who ask at once', async () => {
      const taken = unique('raced');
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          admin.ask('POST', clients, { name: `Racer ${String(n)}`, client_id: taken }),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 409)]);
    });

    it('lists with search, sort, filter and cursor', async () => {
      const { name } = await admin.createRealm();
      const path = `/realms/${name}/clients`;
      for (const client of ['Alpha', 'Beta', 'Gamma', 'Delta']) {
        await admin.done('POST', path, {
          name: client,
          client_id: `svc-${client.toLowerCase()}`,
          enabled: client !== 'Beta',
        });
      }
      const names = async (query: string) =>
        (await admin.done<Page<ClientBody>>('GET', `${path}?${query}`)).data.map((client) => client.name);
      expect(await names('search=SVC-&sort=name')).toEqual(['Alpha', 'Beta', 'Delta', 'Gamma']);
      expect(await names('search=svc-&sort=-name')).toEqual(['Gamma', 'Delta', 'Beta', 'Alpha']);
      expect(await names('search=svc-&sort=created_at')).toEqual(['Alpha', 'Beta', 'Gamma', 'Delta']);
      expect(await names('search=mma')).toEqual(['Gamma']);
      expect(await names('search=%25')).toEqual([]);
      expect(await names('search=svc-&enabled=false')).toEqual(['Beta']);
      const seen: string[] = [];
      let cursor: string | null = '';
      do {
        const page: Page<ClientBody> = await admin.done(
          'GET',
          `${path}?sort=-name&limit=3&cursor=${encodeURIComponent(cursor)}`,
        );
        seen.push(...page.data.map((client) => client.client_id));
        expect(page.page.total).toBe(7);
        cursor = page.page.next_cursor;
      } while (cursor !== null);
      expect(new Set(seen).size).toBe(7);
    });

    it('rotates a secret: the old one works for the grace period, at zero not at all', async () => {
      const client = await admin.createServiceClient(realm.name);
      const path = `${clients}/${client.id}/client-secret`;
      const graceful = await admin.done<{ client_secret: string }>('POST', path, { grace_seconds: 600 });
      expect((await clientCredentials(client)).status).toBe(200);
      const second = { ...client, secret: graceful.client_secret };
      expect((await clientCredentials(second)).status).toBe(200);
      const last = await admin.done<{ client_secret: string }>('POST', path, { grace_seconds: 0 });
      expect((await clientCredentials({ ...client, secret: last.client_secret })).status).toBe(200);
      expect((await clientCredentials(client)).status).toBe(401);
      expect((await clientCredentials(second)).status).toBe(401);
    });

    it('uses the new client_id at once, and the old one no more', async () => {
      const client = await admin.createServiceClient(realm.name);
      const renamed = { ...client, clientId: unique('renamed') };
      await admin.done('PATCH', `${clients}/${client.id}`, { client_id: renamed.clientId });
      expect((await clientCredentials(renamed)).status).toBe(200);
      expect((await clientCredentials(client)).status).toBe(401);
    });
  });

  describe('roles of a service account', () => {
    it('assigns, lists and takes away, each idempotent or 404', async () => {
      const client = await admin.createServiceClient(realm.name);
      const unassign = await admin.assignRole(client, 'viewer');
      await admin.assignRole(client, 'viewer');
      const user = await admin.done<{ data: { id: string; username: string; client_id: string } }>(
        'GET',
        `${clients}/${client.id}/service-account-user`,
      );
      expect(user.data).toMatchObject({ username: `service-account-${client.clientId}`, client_id: client.id });
      const roles = () =>
        admin.done<{ data: { name: string }[] }>('GET', `/realms/${realm.name}/users/${user.data.id}/roles`);
      expect((await roles()).data.map(({ name }) => name)).toEqual(['viewer']);
      expect((await unassign()).status).toBe(204);
      expectProblem(await unassign(), 404);
      expect((await roles()).data).toEqual([]);
    });

    it('refuses roles and users that are not of the realm', async () => {
      const missing = '0197c1f0-0000-7000-8000-000000000001';
      const roles = await admin.done<Page<{ id: string }>>('GET', `/realms/${realm.name}/roles`);
      const role = roles.data[0]?.id ?? '';
      expectProblem(await admin.ask('POST', `/realms/${realm.name}/users/${missing}/roles/${role}`), 404);
      const client = await admin.createServiceClient(realm.name);
      const user = await admin.done<{ data: { id: string } }>('GET', `${clients}/${client.id}/service-account-user`);
      expectProblem(await admin.ask('POST', `/realms/${realm.name}/users/${user.data.id}/roles/${missing}`), 404);
    });

    it('has no service account for a client without one', async () => {
      const { id } = await admin.done<ClientBody>('POST', clients, { name: 'None' });
      expectProblem(await admin.ask('GET', `${clients}/${id}/service-account-user`), 404);
    });
  });

  it('serves health without a bearer', async () => {
    for (const base of shape().baseUrls) {
      for (const path of ['/health/live', '/health/ready']) {
        expect((await fetch(`${base}${path}`)).status).toBe(200);
      }
    }
  });

  it('does not keep tokens of the administrator alive beyond their lifetime', async () => {
    const { adminUsername, adminPassword } = shape();
    const answer = await requestToken('master', {
      form: { grant_type: 'password', client_id: 'admin-cli', username: adminUsername, password: adminPassword },
    });
    const { expires_in: lifetime } = answer.body as { expires_in: number };
    expect(lifetime).toBeGreaterThan(0);
    expect(lifetime).toBeLessThanOrEqual(3_600);
  });
});
