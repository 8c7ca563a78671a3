import {
  AddClientUri,
  CreateClientSecret,
  DeleteClientSecret,
  ListClientSecrets,
  ListClientUris,
  RemoveClientUri,
  UpdateClientUri,
} from '#contracts';
import { AppError } from '#errors';
import { describe, expect, it } from '@jest/globals';
import { answeringGateway } from '../testing/answering-gateway.js';
import { SECRET } from '../testing/answer-everything.js';
import { CLIENT_ID, CLIENT_SECRET, REALM, URI } from '../testing/samples.js';
import { bearer } from '../testing/start-gateway.js';

const ONE = `/realms/acme/clients/${CLIENT_ID}`;

describe('parts of a client', () => {
  const gateway = answeringGateway();

  const request = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, payload?: object) =>
    gateway.inject({
      method,
      url: `${ONE}/${path}`,
      headers: bearer('acme', 'manage_clients'),
      ...(payload === undefined ? {} : { payload }),
    });

  describe('secrets', () => {
    it('are listed in the envelope of lists, without their texts', async () => {
      const answer = await request('GET', 'secrets');
      expect(answer.json()).toEqual({
        data: [
          {
            id: CLIENT_SECRET.id,
            name: 'deploy',
            hint: 'a1B2',
            created_at: CLIENT_SECRET.createdAt,
            expires_at: null,
            last_used_at: CLIENT_SECRET.lastUsedAt,
          },
        ],
        page: { next_cursor: null, total: 1 },
      });
      expect(gateway.bus.requestsOf(ListClientSecrets)).toEqual([{ realmId: REALM.id, clientId: CLIENT_ID }]);
    });

    it.each([
      [undefined, null, null],
      [{}, null, null],
      [{ name: null, expires_at: null }, null, null],
      [{ name: 'ci', expires_at: '2030-01-01T01:00:00+01:00' }, 'ci', '2030-01-01T00:00:00.000Z'],
    ])('are created with %p and shown this once, bare, with 201', async (body, name, expiresAt) => {
      const answer = await request('POST', 'secrets', body);
      expect(answer.statusCode).toBe(201);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.json()).toEqual({
        id: CLIENT_SECRET.id,
        name: 'deploy',
        secret: SECRET,
        expires_at: null,
        created_at: CLIENT_SECRET.createdAt,
      });
      expect(gateway.bus.requestsOf(CreateClientSecret)).toMatchObject([
        { realmId: REALM.id, clientId: CLIENT_ID, name, expiresAt },
      ]);
    });

    it.each([
      [{ name: '' }, '/name'],
      [{ name: 7 }, '/name'],
      [{ name: 'n'.repeat(256) }, '/name'],
      [{ expires_at: 'tomorrow' }, '/expires_at'],
      [{ expires_at: '2030-02-30T00:00:00Z' }, '/expires_at'],
      [{ expires_at: 1_893_456_000 }, '/expires_at'],
      [{ secret: 'my own' }, '/secret'],
    ])('are not created with %p', async (body, pointer) => {
      const answer = await request('POST', 'secrets', body);
      expect(answer.statusCode).toBe(422);
      expect(answer.json()).toMatchObject({ errors: [{ pointer }] });
      expect(gateway.bus.requestsOf(CreateClientSecret)).toEqual([]);
    });

    it.each([
      ['', false],
      ['?force=false', false],
      ['?force=true', true],
    ])('are deleted with %p', async (query, force) => {
      const answer = await request('DELETE', `secrets/${CLIENT_SECRET.id}${query}`);
      expect([answer.statusCode, answer.body]).toEqual([204, '']);
      expect(gateway.bus.requestsOf(DeleteClientSecret)).toMatchObject([
        { realmId: REALM.id, clientId: CLIENT_ID, secretId: CLIENT_SECRET.id, force },
      ]);
    });

    it.each(['?force=1', '?force=TRUE', '?force=true&force=true', '?forced=true'])(
      'are not deleted with %s, which nobody knows',
      async (query) => {
        expect((await request('DELETE', `secrets/${CLIENT_SECRET.id}${query}`)).statusCode).toBe(422);
        expect(gateway.bus.requestsOf(DeleteClientSecret)).toEqual([]);
      },
    );

    it('answer 409 with what the registry says of one in use', async () => {
      gateway.bus.on(DeleteClientSecret, () => {
        throw new AppError('conflict', { detail: 'It was used.' });
      });
      const answer = await request('DELETE', `secrets/${CLIENT_SECRET.id}`);
      expect(answer.statusCode).toBe(409);
      expect(answer.json()).toMatchObject({ detail: 'It was used.' });
    });
  });

  describe.each([
    ['redirects', 'redirect'],
    ['post-logout-redirects', 'post_logout_redirect'],
    ['web-origins', 'web_origin'],
  ] as const)('%s', (path, kind) => {
    const shown = {
      id: URI.id,
      client_id: CLIENT_ID,
      value: URI.value,
      enabled: true,
      created_at: URI.createdAt,
      updated_at: URI.updatedAt,
    };

    it('are listed as a bare array', async () => {
      expect((await request('GET', path)).json()).toEqual([shown]);
      expect(gateway.bus.requestsOf(ListClientUris)).toEqual([{ realmId: REALM.id, clientId: CLIENT_ID, kind }]);
    });

    it.each([
      [{}, true],
      [{ enabled: false }, false],
    ])('are added with %p, bare, with 201', async (body, enabled) => {
      const answer = await request('POST', path, { value: 'https://a.example', ...body });
      expect(answer.statusCode).toBe(201);
      expect(answer.json()).toEqual(shown);
      expect(answer.headers['location']).toBe(`${ONE}/${path}/${URI.id}`);
      expect(gateway.bus.requestsOf(AddClientUri)).toMatchObject([
        { clientId: CLIENT_ID, kind, value: 'https://a.example', enabled },
      ]);
    });

    it.each([
      {},
      { value: '' },
      { value: 1 },
      { value: 'v'.repeat(2_049) },
      { value: 'v', enabled: null },
      { uri: 'v' },
    ])('are not added with %p', async (body) => {
      expect((await request('POST', path, body)).statusCode).toBe(422);
      expect(gateway.bus.requestsOf(AddClientUri)).toEqual([]);
    });

    it('are disabled with PUT, and answered in an envelope', async () => {
      const answer = await request('PUT', `${path}/${URI.id}`, { enabled: false });
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toEqual({ data: { ...shown, enabled: false } });
      expect(gateway.bus.requestsOf(UpdateClientUri)).toMatchObject([{ kind, uriId: URI.id, enabled: false }]);
      for (const body of [{}, { enabled: 'no' }, { enabled: true, value: 'https://b.example' }]) {
        expect((await request('PUT', `${path}/${URI.id}`, body)).statusCode).toBe(422);
      }
    });

    it('are removed with 204', async () => {
      expect((await request('DELETE', `${path}/${URI.id}`)).statusCode).toBe(204);
      expect(gateway.bus.requestsOf(RemoveClientUri)).toMatchObject([{ kind, clientId: CLIENT_ID, uriId: URI.id }]);
      expect((await request('DELETE', `${path}/x`)).statusCode).toBe(404);
    });
  });
});
