import { DeleteClient, ListClients, ReadClient, RotateClientSecret, UpdateClient } from '#contracts';
import { AppError } from '#errors';
import { describe, expect, it } from '@jest/globals';
import { SECRET } from '../testing/answer-everything.js';
import { answeringGateway } from '../testing/answering-gateway.js';
import { CLIENT, CLIENT_ID, CLIENT_SHOWN, REALM } from '../testing/samples.js';
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

  it('reads one in an envelope, with its tag, and 304 to who has it', async () => {
    const answer = await request('GET', ONE);
    expect(answer.json()).toEqual({ data: CLIENT_SHOWN });
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
    expect(answer.json()).toEqual({ data: CLIENT_SHOWN });
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
    expect(answer.json()).toEqual({ data: [CLIENT_SHOWN], page: { next_cursor: 'next', total: 2 } });
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
