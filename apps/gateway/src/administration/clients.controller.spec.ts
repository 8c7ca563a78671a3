import { DeleteClient, ListClients, ReadClient, RegisterClient, RotateClientSecret, UpdateClient } from '#contracts';
import { AppError } from '#errors';
import { describe, expect, it } from '@jest/globals';
import { answeringGateway } from '../testing/answering-gateway.js';
import { SECRET } from '../testing/answer-everything.js';
import { CLIENT, CLIENT_ID, REALM, SUBJECT_ID } from '../testing/samples.js';
import { bearer } from '../testing/start-gateway.js';

const CLIENTS = '/realms/acme/clients';
const ONE = `${CLIENTS}/${CLIENT_ID}`;
const HEADERS = bearer('acme', 'create_client', 'manage_clients');

describe('clients', () => {
  const gateway = answeringGateway();

  const request = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object, headers = {}) =>
    gateway.inject({
      method,
      url,
      headers: { ...HEADERS, ...headers },
      ...(payload === undefined ? {} : { payload }),
    });

  const shown = {
    id: CLIENT_ID,
    realm_id: REALM.id,
    client_id: 'billing',
    name: 'Billing',
    description: null,
    owner: null,
    client_type: 'confidential',
    protocol: 'openid-connect',
    enabled: true,
    public_client: false,
    service_account_enabled: true,
    direct_access_grants_enabled: false,
    first_party: false,
    secret: '***',
    redirect_uris: [
      {
        id: CLIENT.redirectUris[0]?.id,
        client_id: CLIENT_ID,
        value: 'https://app.example/cb',
        enabled: true,
        created_at: CLIENT.createdAt,
        updated_at: CLIENT.updatedAt,
      },
    ],
    access_token_lifetime: null,
    refresh_token_lifetime: null,
    id_token_lifetime: null,
    temporary_token_lifetime: 60,
    created_at: CLIENT.createdAt,
    updated_at: CLIENT.updatedAt,
  };

  it('creates with defaults and shows the secret, bare, with 201', async () => {
    const answer = await request('POST', CLIENTS, { name: 'Billing' });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({ ...shown, client_secret: SECRET });
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
    expect(answer.json()).toEqual({ ...shown, client_secret: null });
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

  it('reads one in an envelope, with its tag, and 304 to who has it', async () => {
    const answer = await request('GET', ONE);
    expect(answer.json()).toEqual({ data: shown });
    expect(answer.headers['etag']).toBe('"3"');
    const same = await request('GET', ONE, undefined, { 'if-none-match': '"3"' });
    expect(same.statusCode).toBe(304);
    expect(same.body).toBe('');
  });

  it.each(['x', CLIENT_ID.toUpperCase(), `${CLIENT_ID}0`, '%00', '..%2f..', "1'%20or%20'1"])(
    'answers 404 for the id %s like for one that nobody has, without asking',
    async (id) => {
      const absent = async (url: string) => {
        const answer = await request('GET', url);
        expect(answer.statusCode).toBe(404);
        return { ...answer.json<Record<string, unknown>>(), request_id: '' };
      };
      const malformed = await absent(`${CLIENTS}/${id}`);
      expect(gateway.bus.requestsOf(ReadClient)).toEqual([]);
      gateway.bus.on(ReadClient, () => {
        throw new AppError('not_found');
      });
      expect(malformed).toEqual(await absent(ONE));
    },
  );

  it('changes only what is named, and clears what is null', async () => {
    const answer = await request('PATCH', ONE, { description: null, enabled: false, access_token_lifetime: null });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ data: shown });
    expect(answer.headers['etag']).toBe('"4"');
    expect(gateway.bus.requestsOf(UpdateClient)).toMatchObject([
      {
        realmId: REALM.id,
        id: CLIENT_ID,
        ifVersion: null,
        changes: { description: null, enabled: false, accessTokenLifetimeSeconds: null },
      },
    ]);
    expect(Object.keys(gateway.bus.requestsOf(UpdateClient)[0]?.changes ?? {})).toHaveLength(3);
  });

  it('takes a merge patch', async () => {
    const answer = await request('PATCH', ONE, { name: 'n' }, { 'content-type': 'application/merge-patch+json' });
    expect(answer.statusCode).toBe(200);
    const created = await request('POST', CLIENTS, { name: 'n' }, { 'content-type': 'application/merge-patch+json' });
    expect(created.statusCode).toBe(415);
  });

  it.each([{ name: null }, { client_id: null }, { client_id: '' }, { enabled: null }, { client_type: 'public' }])(
    'refuses the change %p',
    async (body) => {
      expect((await request('PATCH', ONE, body)).statusCode).toBe(422);
      expect(gateway.bus.requestsOf(UpdateClient)).toEqual([]);
    },
  );

  it.each([
    ['"3"', 3],
    [' "3" ', 3],
    ['*', null],
    ['"2", "3"', 3],
    ['W/"2", "3"', 3],
  ])('takes If-Match: %s', async (tag, ifVersion) => {
    expect((await request('PATCH', ONE, { name: 'n' }, { 'if-match': tag })).statusCode).toBe(200);
    expect(gateway.bus.requestsOf(UpdateClient)[0]?.ifVersion).toBe(ifVersion);
    expect((await request('DELETE', ONE, undefined, { 'if-match': tag })).statusCode).toBe(204);
    expect(gateway.bus.requestsOf(DeleteClient)[0]?.ifVersion).toBe(ifVersion);
  });

  it.each([
    ['W/"3"', 412],
    ['"abc"', 412],
    ['"1", "2"', 412],
    ['""', 412],
    ['"03"', 412],
    ['"99999999999999999999"', 412],
    ['3', 400],
    ['"3', 400],
    ['"3",', 400],
  ])('refuses If-Match: %s with %i', async (tag, status) => {
    expect((await request('PATCH', ONE, { name: 'n' }, { 'if-match': tag })).statusCode).toBe(status);
    expect(gateway.bus.requestsOf(UpdateClient)).toEqual([]);
  });

  it('answers 412 when the registry knows a newer version', async () => {
    gateway.bus.on(UpdateClient, () => {
      throw new AppError('precondition_failed');
    });
    expect((await request('PATCH', ONE, { name: 'n' }, { 'if-match': '"2"' })).statusCode).toBe(412);
  });

  it('deletes with 204 and no body', async () => {
    const answer = await request('DELETE', ONE);
    expect(answer.statusCode).toBe(204);
    expect(answer.body).toBe('');
  });

  it('deletes although a content type without a body is sent', async () => {
    const answer = await request('DELETE', ONE, undefined, { 'content-type': 'application/json' });
    expect(answer.statusCode).toBe(204);
  });

  it.each([
    [undefined, 86_400],
    [{}, 86_400],
    [{ grace_seconds: 0 }, 0],
  ])('rotates the secret with %p', async (body, graceSeconds) => {
    const answer = await request('POST', `${ONE}/client-secret`, body);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      id: CLIENT_ID,
      client_secret: SECRET,
      created_at: CLIENT.createdAt,
      others_expire_at: CLIENT.createdAt,
    });
    expect(gateway.bus.requestsOf(RotateClientSecret)[0]).toMatchObject({ id: CLIENT_ID, graceSeconds });
  });

  it.each([{ grace_seconds: -1 }, { grace_seconds: null }, { grace_seconds: 1e300 }, { grace: 1 }])(
    'refuses to rotate with %p',
    async (body) => {
      expect((await request('POST', `${ONE}/client-secret`, body)).statusCode).toBe(422);
    },
  );

  it('shows the service account', async () => {
    const answer = await request('GET', `${ONE}/service-account-user`);
    expect(answer.json()).toMatchObject({ data: { username: 'service-account-billing', client_id: CLIENT_ID } });
  });

  it('lists with paging, search, sort and filters', async () => {
    const answer = await request(
      'GET',
      `${CLIENTS}?limit=200&cursor=abc&search=b%20i&sort=-created_at&client_id=billing&enabled=false&client_type=public`,
    );
    expect(answer.json()).toEqual({ data: [shown], page: { next_cursor: 'next', total: 2 } });
    expect(gateway.bus.requestsOf(ListClients)).toEqual([
      {
        realmId: REALM.id,
        page: { limit: 200, cursor: 'abc' },
        search: 'b i',
        sort: '-created_at',
        filter: { clientId: 'billing', enabled: false, clientType: 'public' },
      },
    ]);
  });

  it('lists with defaults', async () => {
    await request('GET', CLIENTS);
    expect(gateway.bus.requestsOf(ListClients)).toEqual([
      { realmId: REALM.id, page: { limit: 50, cursor: null }, search: null, sort: 'client_id', filter: {} },
    ]);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=1e1', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1&limit=2', 'limit'],
    [`cursor=${'a'.repeat(1_025)}`, 'cursor'],
    ['cursor=a%00', 'cursor'],
    ['search=%00', 'search'],
    ['search[x]=1', 'search[x]'],
    ['sort=secret', 'sort'],
    ['sort=client_id%3Bdrop', 'sort'],
    ['enabled=1', 'enabled'],
    ['client_type=x', 'client_type'],
    ['nmae=x', 'nmae'],
    ['__proto__=x', '__proto__'],
    ['constructor=x', 'constructor'],
  ])('answers 422 to ?%s', async (query, field) => {
    const answer = await request('GET', `${CLIENTS}?${query}`);
    expect(answer.statusCode).toBe(422);
    expect(answer.json<{ errors: { field: string }[] }>().errors.map((error) => error.field)).toEqual([field]);
    expect(gateway.bus.requestsOf(ListClients)).toEqual([]);
  });
});
