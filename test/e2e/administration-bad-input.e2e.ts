import { beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { Administrator, unique, type RealmBody, type TestClient } from './support/administrator.js';
import { ask, expectInvalidMember, expectProblem, type Ask } from './support/http.js';
import { clientCredentials, tokenOf } from './support/protocol.js';

/** Whatever arrives at the administration API gets a clear answer; `ask` fails the test for a 500 or a stack trace. */
describe('bad input at the administration API', () => {
  let admin: Administrator;
  let realm: RealmBody;
  let client: TestClient;
  let clients: string;
  let path: string;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    client = await admin.createServiceClient(realm.name);
    clients = `/realms/${realm.name}/clients`;
    path = `${clients}/${client.id}`;
  });

  describe('bearer', () => {
    const refused = async (request: Ask): Promise<void> => {
      const answer = await ask('GET', clients, request);
      expectProblem(answer, 401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
    };
    const bearer = (token: string) => refused({ bearer: token });
    const parts = () => admin.token.split('.') as [string, string, string];
    const claims = () => JSON.parse(Buffer.from(parts()[1], 'base64url').toString()) as Record<string, unknown>;

    it('refuses a request without one, and says how (RFC 6750 §3)', async () => {
      await refused({});
      await refused({ headers: { authorization: 'Basic YTpi' } });
    });

    it.each(['', 'x', 'a.b.c', '...', 'null', 'a'.repeat(6_000), 'é', '%00'])(
      'refuses the garbled one %#',
      async (token) => {
        await refused({ headers: { authorization: `Bearer ${token}` } });
      },
    );

    it('refuses an altered payload, signature or header', async () => {
      const [header, payload, signature] = parts();
      const altered = Buffer.from(JSON.stringify({ ...claims(), exp: 9_999_999_999 })).toString('base64url');
      await bearer([header, altered, signature].join('.'));
      await bearer([header, payload, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`].join('.'));
      await bearer([header, payload, ''].join('.'));
      const kid = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: '../../etc/passwd' })).toString(
        'base64url',
      );
      await bearer([kid, payload, signature].join('.'));
    });

    it('refuses alg none (RFC 9068 §4)', async () => {
      const unsecured = new UnsecuredJWT(claims()).encode();
      await bearer(unsecured);
      const [, payload, signature] = parts();
      const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
      await bearer([none, payload, signature].join('.'));
    });

    it('refuses a token that a stranger signed, with a key of its own or with the public key as HMAC secret', async () => {
      const header = JSON.parse(Buffer.from(parts()[0], 'base64url').toString()) as { kid: string };
      const { privateKey, publicKey } = await generateKeyPair('ES256');
      const foreign = new SignJWT(claims()).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: header.kid });
      await bearer(await foreign.sign(privateKey));
      const jwk = await exportJWK(publicKey);
      const embedded = new SignJWT(claims()).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', jwk });
      await bearer(await embedded.sign(privateKey));
      const keys = (await ask('GET', '/realms/master/protocol/openid-connect/certs')).text;
      const confused = new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: header.kid });
      await bearer(await confused.sign(Buffer.from(keys)));
    });

    it('refuses a token of another realm', async () => {
      const other = await admin.createRealm();
      const stranger = await admin.createServiceClient(other.name);
      await admin.assignRole(stranger, 'admin');
      const { token } = tokenOf(await clientCredentials(stranger));
      expect((await ask('GET', `/realms/${other.name}/clients`, { bearer: token })).status).toBe(200);
      await bearer(token);
      // Only master gets to know which realms exist.
      expectProblem(await ask('GET', `/realms/${unique('nobody')}/clients`, { bearer: token }), 401);
    });

    it('refuses the token of a realm whose client has been disabled or deleted since', async () => {
      const short = await admin.createServiceClient(realm.name);
      await admin.assignRole(short, 'viewer');
      const { token } = tokenOf(await clientCredentials(short));
      expect((await ask('GET', clients, { bearer: token })).status).toBe(200);
      await admin.done('PATCH', `${clients}/${short.id}`, { enabled: false });
      await bearer(token);
      await admin.done('PATCH', `${clients}/${short.id}`, { enabled: true });
      expect((await ask('GET', clients, { bearer: token })).status).toBe(200);
      await admin.done('DELETE', `${clients}/${short.id}`);
      await bearer(token);
    });

    it('does not take a token from the query or twice', async () => {
      expectProblem(await ask('GET', `${clients}?access_token=${admin.token}`), 401);
    });
  });

  describe('body', () => {
    const create = (json: unknown, request: Ask = {}) => admin.ask('POST', clients, json, request);
    const raw = (text: string | Uint8Array, type = 'application/json') =>
      admin.ask('POST', clients, undefined, { raw: text, headers: { 'content-type': type } });

    it.each<[string, string | Uint8Array]>([
      ['no JSON', '{"name":'],
      ['two values', '{} {}'],
      ['nothing', ''],
      ['bytes that are not UTF-8', Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
      ['huge nesting of arrays', `{"name":${'['.repeat(5_000)}${']'.repeat(5_000)}}`],
      ['huge nesting of objects', '{"name":'.repeat(3_000) + '1' + '}'.repeat(3_000)],
    ])('answers 400 to %s', async (_name, text) => {
      expectProblem(await raw(text), 400);
    });

    it.each<[string, unknown]>([
      ['an array', []],
      ['a string', 'x'],
      ['a number', 1],
      ['null', null],
    ])('answers 400 or 422 to %s in place of an object', async (_name, json) => {
      const answer = await raw(JSON.stringify(json));
      expect([400, 422]).toContain(answer.status);
      expectProblem(answer, answer.status);
    });

    it('answers 415 to another content type and 413 to a body that is too large', async () => {
      expectProblem(await raw('name=x', 'application/x-www-form-urlencoded'), 415);
      expectProblem(await raw('<name/>', 'application/xml'), 415);
      expectProblem(await raw(JSON.stringify({ name: 'x'.repeat(100_000) })), 413);
    });

    it.each<[string, string, Record<string, unknown>]>([
      ['a missing name', '/name', {}],
      ['a name of the wrong type', '/name', { name: 1 }],
      ['a null name', '/name', { name: null }],
      ['an empty name', '/name', { name: '' }],
      ['a name that is too long', '/name', { name: 'x'.repeat(256) }],
      ['a NUL in the name', '/name', { name: 'a\0b' }],
      ['half a surrogate pair in the name', '/name', { name: 'a\ud800b' }],
      ['an unknown member', '/colour', { name: 'x', colour: 'red' }],
      ['a member that is not the caller’s to set', '/id', { name: 'x', id: '0197c1f0-0000-7000-8000-000000000001' }],
      [
        'a member named __proto__',
        '/__proto__',
        JSON.parse('{"name":"x","__proto__":{"admin":true}}') as Record<string, unknown>,
      ],
      ['a boolean as a string', '/enabled', { name: 'x', enabled: 'true' }],
      ['an unknown client type', '/client_type', { name: 'x', client_type: 'secret' }],
      ['a system client', '/client_type', { name: 'x', client_type: 'system' }],
      [
        'a public_client that disagrees',
        '/public_client',
        { name: 'x', client_type: 'confidential', public_client: true },
      ],
      [
        'a public client with a service account',
        '/service_account_enabled',
        { name: 'x', client_type: 'public', service_account_enabled: true },
      ],
      ['a lifetime that is none', '/access_token_lifetime', { name: 'x', access_token_lifetime: 'soon' }],
      ['a lifetime below zero', '/access_token_lifetime', { name: 'x', access_token_lifetime: -1 }],
      ['half a second', '/access_token_lifetime', { name: 'x', access_token_lifetime: 60.5 }],
      ['redirect URIs that are no list', '/redirect_uris', { name: 'x', redirect_uris: 'https://a.example/' }],
      ['a redirect URI of the wrong type', '/redirect_uris', { name: 'x', redirect_uris: [1] }],
      [
        'a redirect URI with a fragment',
        '/redirect_uris/1',
        { name: 'x', redirect_uris: ['https://a.example/', 'https://a.example/#f'] },
      ],
      ['a redirect URI over plain http', '/redirect_uris/0', { name: 'x', redirect_uris: ['http://a.example/'] }],
      ['a redirect URI with a wildcard', '/redirect_uris/0', { name: 'x', redirect_uris: ['https://*.example/'] }],
      ['a script as redirect URI', '/redirect_uris/0', { name: 'x', redirect_uris: ['javascript:alert(1)'] }],
      ['a client_id with a line break', '/client_id', { name: 'x', client_id: 'a\nb' }],
      ['a client_id that is too long', '/client_id', { name: 'x', client_id: 'a'.repeat(300) }],
    ])('answers 422 with a pointer to %s', async (_name, pointer, json) => {
      // JSON.stringify leaves an own __proto__ in place.
      expectInvalidMember(await create(json), pointer);
    });

    it('names every invalid member at once', async () => {
      const answer = await create({ name: '', enabled: 1, colour: 2 });
      for (const pointer of ['/name', '/enabled', '/colour']) expectInvalidMember(answer, pointer);
    });

    it('answers 409 to a client_id that is taken, whatever the case of others', async () => {
      expectProblem(await create({ name: 'x', client_id: client.clientId }), 409);
      expectProblem(await create({ name: 'x', client_id: 'realm-management' }), 409);
      expect((await create({ name: 'x', client_id: client.clientId.toUpperCase() })).status).toBe(201);
    });

    it.each<[string, unknown]>([
      ['/name', {}],
      ['/name', { name: 'no spaces' }],
      ['/name', { name: '../x' }],
      ['/name', { name: 'x'.repeat(64) }],
      ['/name', { name: '-x' }],
      ['/name', { name: 'ümlaut' }],
      ['/name', { name: ['x'] }],
      ['/colour', { name: unique('realm'), colour: 'red' }],
      ['/display_name', { name: unique('realm'), display_name: 1 }],
    ])('answers 422 pointing to %s for realm %#', async (pointer, json) => {
      expectInvalidMember(await admin.ask('POST', '/realms', json), pointer);
    });

    it('answers 409 to a realm name that is taken', async () => {
      expectProblem(await admin.ask('POST', '/realms', { name: realm.name }), 409);
    });

    it.each<[string, unknown]>([
      ['/access_token_lifetime', { access_token_lifetime: 0 }],
      ['/access_token_lifetime', { access_token_lifetime: null }],
      ['/access_token_lifetime', { access_token_lifetime: 1e99 }],
      ['/default_signing_algorithm', { default_signing_algorithm: 'none' }],
      ['/default_signing_algorithm', { default_signing_algorithm: 'HS256' }],
      ['/colour', { colour: 1 }],
    ])('answers 422 pointing to %s for settings %#', async (pointer, json) => {
      expectInvalidMember(await admin.ask('PUT', `/realms/${realm.name}/settings`, json), pointer);
    });

    it.each<[string, unknown]>([
      ['/grace_seconds', { grace_seconds: -1 }],
      ['/grace_seconds', { grace_seconds: '0' }],
      ['/grace_seconds', { grace_seconds: 1e12 }],
      ['/colour', { colour: 1 }],
    ])('answers 422 pointing to %s for a rotation %#', async (pointer, json) => {
      expectInvalidMember(await admin.ask('POST', `${path}/client-secret`, json), pointer);
    });

    it('leaves everything as it was', async () => {
      expect((await clientCredentials(client)).status).toBe(200);
    });
  });

  describe('path and query', () => {
    it.each([
      'no-uuid',
      '%00',
      '0197C1F0-0000-7000-8000-000000000001',
      "'%20OR%201=1",
      '0197c1f0-0000-7000-8000-00000000000',
      '..%2f..',
    ])('answers 404 to the id %s', async (id) => {
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        const answer = await admin.ask(method, `${clients}/${id}`, method === 'PATCH' ? { name: 'x' } : undefined);
        expectProblem(answer, 404);
      }
    });

    it('answers 404 to realms and paths that do not exist', async () => {
      for (const missing of [
        `/realms/${unique('nobody')}`,
        `/realms/${unique('nobody')}/clients`,
        '/nothing',
        '/realms/%ff/clients',
        '/%',
      ]) {
        const answer = await admin.ask('GET', missing);
        expect({ missing, status: [400, 404].includes(answer.status) }).toEqual({ missing, status: true });
        expectProblem(answer, answer.status);
      }
    });

    it('answers 405 with Allow to a method that a path does not have', async () => {
      const answer = await admin.ask('PUT', clients, {});
      expectProblem(answer, 405);
      expect(answer.headers.get('allow')).toMatch(/GET/);
    });

    it.each([
      'limit=0',
      'limit=201',
      'limit=x',
      'limit=1.5',
      'limit=-1',
      'limit=5&limit=6',
      'cursor=%00',
      'cursor=noise',
      `cursor=${'x'.repeat(2_000)}`,
      'sort=secret',
      'enabled=perhaps',
      'search=%00',
    ])('answers 400 or 422 to the query %s', async (query) => {
      const answer = await admin.ask('GET', `${clients}?${query}`);
      expect([400, 422]).toContain(answer.status);
      expectProblem(answer, answer.status);
    });

    it.each(['from=yesterday', 'to=2026-99-99', 'outcome=maybe', 'cursor=noise', 'limit=0'])(
      'answers 400 or 422 to the audit query %s',
      async (query) => {
        const answer = await admin.ask('GET', `/realms/${realm.name}/audit/events?${query}`);
        expect([400, 422]).toContain(answer.status);
        expectProblem(answer, answer.status);
      },
    );

    it.each(['x', '"x"', 'W/"1"', '""', '"-1"', '"99999999999999999999"'])(
      'answers 412 or 400 to If-Match: %s',
      async (tag) => {
        const answer = await admin.ask('PATCH', path, { name: 'changed' }, { headers: { 'if-match': tag } });
        expect([400, 412]).toContain(answer.status);
        expectProblem(answer, answer.status);
      },
    );
  });
});
