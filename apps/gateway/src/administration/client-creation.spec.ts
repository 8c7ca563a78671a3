import { RegisterClient } from '#contracts';
import { AppError } from '#errors';
import { describe, expect, it } from '@jest/globals';
import { SECRET } from '../testing/answer-everything.js';
import { answeringGateway } from '../testing/answering-gateway.js';
import { CLIENT, CLIENT_ID, CLIENT_SHOWN, REALM, SUBJECT_ID } from '../testing/samples.js';
import { bearer } from '../testing/start-gateway.js';

const CLIENTS = '/realms/acme/clients';
const ONE = `${CLIENTS}/${CLIENT_ID}`;
const HEADERS = bearer('acme', 'create_client', 'manage_clients');

describe('creating clients', () => {
  const gateway = answeringGateway();

  const request = (method: 'POST', url: string, payload?: object, headers = {}) =>
    gateway.inject({
      method,
      url,
      headers: { ...HEADERS, ...headers },
      ...(payload === undefined ? {} : { payload }),
    });

  it('creates with defaults and shows the secret, bare, with 201', async () => {
    const answer = await request('POST', CLIENTS, { name: 'Billing' });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({ ...CLIENT_SHOWN, client_secret: SECRET });
    expect(answer.headers).toMatchObject({ etag: '"3"', location: ONE, 'cache-control': 'no-store' });
    expect(gateway.bus.requestsOf(RegisterClient)).toEqual([
      {
        actor: {
          kind: 'user',
          id: SUBJECT_ID,
          clientId: 'admin-cli',
          realm: 'acme',
          permissions: ['create_client', 'manage_clients'],
          peer: { ip: '127.0.0.1', userAgent: 'lightMyRequest' },
        },
        idempotencyKey: null,
        realmId: REALM.id,
        name: 'Billing',
        clientId: null,
        clientType: 'confidential',
        enabled: true,
        serviceAccountEnabled: false,
        directAccessGrantsEnabled: false,
        firstParty: false,
        description: null,
        owner: null,
        redirectUris: [],
        accessTokenLifetimeSeconds: null,
        refreshTokenLifetimeSeconds: null,
        idTokenLifetimeSeconds: null,
        temporaryTokenLifetimeSeconds: null,
      },
    ]);
  });

  it.each([
    ['order-17', 'order-17'],
    ['"8e03978e"', '8e03978e'],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ['"', '"'],
    ['x'.repeat(255), 'x'.repeat(255)],
  ])('passes the Idempotency-Key %s on as %s', async (header, key) => {
    const answer = await gateway.inject({
      method: 'POST',
      url: CLIENTS,
      headers: { ...HEADERS, 'idempotency-key': header },
      payload: { name: 'Billing' },
    });
    expect(answer.statusCode).toBe(201);
    expect(answer.headers).not.toHaveProperty('idempotency-replayed');
    expect(gateway.bus.requestsOf(RegisterClient)[0]?.idempotencyKey).toBe(key);
  });

  it.each(['', ' ', 'a b', '""', '"a b"', 'x'.repeat(256), 'k\u00e9y'])(
    'refuses the Idempotency-Key %j',
    async (header) => {
      const answer = await gateway.inject({
        method: 'POST',
        url: CLIENTS,
        headers: { ...HEADERS, 'idempotency-key': header },
        payload: { name: 'Billing' },
      });
      expect(answer.statusCode).toBe(400);
      expect(gateway.bus.requestsOf(RegisterClient)).toEqual([]);
    },
  );

  it('says that an answer is a replay, whose secret is not shown again', async () => {
    gateway.bus.on(RegisterClient, () => ({ client: CLIENT, clientSecret: null, replayed: true }));
    const answer = await request('POST', CLIENTS, { name: 'Billing' });
    expect(answer.statusCode).toBe(201);
    expect(answer.headers['idempotency-replayed']).toBe('true');
    expect(answer.json()).toEqual({ ...CLIENT_SHOWN, client_secret: null });
  });

  it('creates a public client without a secret', async () => {
    gateway.bus.on(RegisterClient, () => ({
      client: { ...CLIENT, clientType: 'public' as const, publicClient: true, hasSecret: false },
      clientSecret: null,
    }));
    const answer = await request('POST', CLIENTS, {
      name: 'App',
      client_id: 'app',
      public_client: true,
      protocol: 'openid-connect',
      redirect_uris: ['https://app.example/cb'],
      access_token_lifetime: 60,
      id_token_lifetime: null,
      description: null,
    });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ secret: null, public_client: true });
    expect(answer.json()).not.toHaveProperty('client_secret');
    expect(gateway.bus.requestsOf(RegisterClient)[0]).toMatchObject({
      clientId: 'app',
      clientType: 'public',
      redirectUris: ['https://app.example/cb'],
      accessTokenLifetimeSeconds: 60,
    });
  });

  it.each(['', '  ', null])('asks for a client_id to be made when it is %p', async (blank) => {
    await request('POST', CLIENTS, { name: 'x', client_id: blank });
    expect(gateway.bus.requestsOf(RegisterClient)[0]?.clientId).toBeNull();
  });

  it.each<[string, object, string, string | RegExp]>([
    ['no name', {}, '/name', /1 to 255/],
    ['an empty name', { name: '' }, '/name', /1 to 255/],
    ['a name that is no string', { name: 7 }, '/name', /string/],
    ['a name that is an object', { name: { $gt: '' } }, '/name', /string/],
    ['a name that is a list', { name: ['a'] }, '/name', /string/],
    ['a name with U+0000', { name: 'a\u0000b' }, '/name', /U\+0000/],
    ['a name with half a surrogate', { name: 'a\ud800' }, '/name', /surrogate/],
    ['a name that is too long', { name: 'a'.repeat(256) }, '/name', /255/],
    ['an unknown member', { name: 'a', nmae: 'b' }, '/nmae', 'is not a member of this object'],
    ['a member that is only read', { name: 'a', id: CLIENT_ID }, '/id', 'is not a member of this object'],
    ['a member to be escaped', { name: 'a', 'x/~y': 1 }, '/x~1~0y', 'is not a member of this object'],
    ['a boolean as a string', { name: 'a', enabled: 'true' }, '/enabled', 'must be true or false'],
    ['null for a boolean', { name: 'a', enabled: null }, '/enabled', 'must be true or false'],
    ['a number as a string', { name: 'a', access_token_lifetime: '60' }, '/access_token_lifetime', /whole number/],
    ['a lifetime of zero', { name: 'a', id_token_lifetime: 0 }, '/id_token_lifetime', /from 30/],
    ['half a second', { name: 'a', refresh_token_lifetime: 60.5 }, '/refresh_token_lifetime', /whole number/],
    ['another protocol', { name: 'a', protocol: 'saml' }, '/protocol', /openid-connect/],
    ['a system client', { name: 'a', client_type: 'system' }, '/client_type', /come with a realm/],
    ['an unknown type', { name: 'a', client_type: 'toString' }, '/client_type', /one of/],
    ['contradiction', { name: 'a', client_type: 'public', public_client: false }, '/public_client', /contradicts/],
    ['contradiction', { name: 'a', client_type: 'confidential', public_client: true }, '/public_client', /contradicts/],
    ['URIs that are no list', { name: 'a', redirect_uris: 'https://a' }, '/redirect_uris', /list/],
    ['URIs that are no strings', { name: 'a', redirect_uris: [['x']] }, '/redirect_uris', /list/],
    ['a URI with U+0000', { name: 'a', redirect_uris: ['b', 'x\u0000'] }, '/redirect_uris/1', /U\+0000/],
  ])('answers 422 with a pointer to %s', async (_title, body, pointer, message) => {
    const answer = await request('POST', CLIENTS, body);
    expect(answer.statusCode).toBe(422);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    const problem = answer.json<{
      errors: { pointer: string; field: string; message: string }[];
      request_id: string;
    }>();
    expect(problem).toMatchObject({ type: 'urn:chancery:error:validation_failed', status: 422 });
    expect(problem.request_id).toBe(answer.headers['x-request-id']);
    expect(problem.errors).toHaveLength(1);
    expect(problem.errors[0]?.pointer).toBe(pointer);
    expect(problem.errors[0]?.message).toMatch(message);
    expect(gateway.bus.requestsOf(RegisterClient)).toEqual([]);
  });

  it('names everything that is wrong at once', async () => {
    const answer = await request('POST', CLIENTS, { enabled: 1, foo: 1, first_party: 'no' });
    const { errors } = answer.json<{ errors: { pointer: string }[] }>();
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(['/enabled', '/first_party', '/foo', '/name']);
  });

  it('passes on what the registry says', async () => {
    gateway.bus.on(RegisterClient, () => {
      throw new AppError('validation_failed', {
        fields: [{ pointer: '/redirect_uris/0', field: 'redirect_uris.0', message: 'must be https' }],
      });
    });
    expect((await request('POST', CLIENTS, { name: 'x' })).json()).toMatchObject({
      errors: [{ pointer: '/redirect_uris/0', message: 'must be https' }],
    });
    gateway.bus.on(RegisterClient, () => {
      throw new AppError('conflict', { detail: 'The client_id is taken.' });
    });
    const conflict = await request('POST', CLIENTS, { name: 'x' });
    expect(conflict.statusCode).toBe(409);
    expect(conflict.json()).toMatchObject({ detail: 'The client_id is taken.' });
  });
});
