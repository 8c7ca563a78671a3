import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyAccessToken } from '#resource-server/verify';
import { Administrator, type RealmBody, type TestClient } from './support/administrator.js';
import { ExampleService } from './support/example-service.js';
import { clientCredentials, tokenOf } from './support/protocol.js';
import { baseUrl } from './support/shape.js';

const DESCRIPTION = 'error_description="The access token is not valid here."';

describe('services of others, with @chancery/nest', () => {
  let admin: Administrator;
  let realm: RealmBody;
  /** The API that the services are. */
  let invoices: TestClient;
  let reader: TestClient;
  let accountant: TestClient;
  let stranger: TestClient;
  const services: ExampleService[] = [];

  const base = () => `/realms/${realm.name}`;
  const issuer = () => `${baseUrl()}/realms/${realm.name}`;

  async function api(...permissions: readonly string[]): Promise<TestClient> {
    const client = await admin.createServiceClient(realm.name);
    for (const name of permissions) await admin.done('POST', `${base()}/clients/${client.id}/permissions`, { name });
    return client;
  }
  async function give(client: TestClient, of: TestClient, name: string, permissions: readonly string[]): Promise<void> {
    const path = `${base()}/clients/${of.id}/roles`;
    const { data: role } = await admin.done<{ data: { id: string } }>('POST', path, { name, permissions });
    await admin.done('POST', `${base()}/users/${await userOf(client)}/roles/${role.id}`);
  }
  async function userOf(client: TestClient): Promise<string> {
    const path = `${base()}/clients/${client.id}/service-account-user`;
    return (await admin.done<{ data: { id: string } }>('GET', path)).data.id;
  }
  const token = async (client: TestClient, form: Readonly<Record<string, string>> = {}): Promise<string> =>
    tokenOf(await clientCredentials(client, form)).token;
  async function start(name: string, audience = invoices.clientId): Promise<ExampleService> {
    const service = await ExampleService.start(name, { ISSUER: issuer(), AUDIENCE: audience });
    services.push(service);
    return service;
  }

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    invoices = await api('invoices:read', 'invoices:write');
    reader = await admin.createServiceClient(realm.name);
    accountant = await admin.createServiceClient(realm.name);
    stranger = await admin.createServiceClient(realm.name);
    await give(reader, invoices, 'reader', ['invoices:read']);
    await give(accountant, invoices, 'accountant', ['invoices:read', 'invoices:write']);
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
  });

  describe.each(['invoices-nest', 'express', 'fastify'])('%s', (name) => {
    let service: ExampleService;
    beforeAll(async () => {
      service = await start(name);
    });

    it('lets through whoever holds the permission, and knows who that is', async () => {
      expect(await service.call('GET', '/invoices', await token(reader))).toMatchObject({ status: 200, body: [] });
      const created = await service.call('POST', '/invoices', await token(accountant), { amount: 7 });
      expect(created).toMatchObject({ status: 201, body: { amount: 7, subject: await userOf(accountant) } });
      const listed = await service.call('GET', '/invoices', await token(reader));
      expect(listed.body).toEqual([created.body]);
    });

    it('401 without a token, and without a good one', async () => {
      const realmOf = `Bearer realm="${invoices.clientId}"`;
      expect(await service.call('GET', '/invoices')).toMatchObject({ status: 401, challenge: realmOf });
      const good = await token(reader);
      for (const bad of ['x', `${good}x`, good.slice(0, -8), good.replace(/\.[^.]+\./, '.e30.')]) {
        expect(await service.call('GET', '/invoices', bad)).toMatchObject({
          status: 401,
          challenge: `${realmOf}, error="invalid_token", ${DESCRIPTION}`,
        });
      }
    });

    it('401 for a token that is for others: of the same client, of another realm, of nobody in particular', async () => {
      expect((await service.call('GET', '/invoices', await token(stranger))).status).toBe(401);
      expect((await service.call('GET', '/invoices', admin.token)).status).toBe(401);
      const elsewhere = await admin.createRealm();
      const other = await admin.createServiceClient(elsewhere.name, { client_id: invoices.clientId });
      expect((await service.call('GET', '/invoices', await token(other))).status).toBe(401);
    });

    it('403 for what the token does not give, naming it', async () => {
      const narrowed = await token(accountant, { scope: 'invoices:read' });
      for (const bearer of [await token(reader), narrowed]) {
        const refused = await service.call('POST', '/invoices', bearer, { amount: 7 });
        expect(refused).toMatchObject({ status: 403, body: { error: 'insufficient_scope' } });
        expect(refused.challenge).toContain('scope="invoices:write"');
      }
    });

    it('goes on through a rotation of the key: tokens of both are good', async () => {
      const old = await token(reader);
      await admin.done('POST', `${base()}/keys/rotate`);
      const fresh = await token(reader);
      expect(tokenOf(await clientCredentials(reader)).header.kid).toBeDefined();
      for (const bearer of [fresh, old, fresh]) {
        expect((await service.call('GET', '/invoices', bearer)).status).toBe(200);
      }
    });
  });

  it('roles: 403 without, 204 with; and none in a narrowed token', async () => {
    const service = await start('invoices-nest');
    const full = await token(accountant);
    await service.call('POST', '/invoices', full, { amount: 7 });
    const narrowed = await token(accountant, { scope: 'invoices:write' });
    expect((await service.call('DELETE', '/invoices/1', narrowed)).status).toBe(403);
    expect((await service.call('DELETE', '/invoices/1', await token(reader))).status).toBe(403);
    expect((await service.call('DELETE', '/invoices/1', full)).status).toBe(204);
    expect((await service.call('GET', '/invoices/me', full)).body).toEqual({
      subject: await userOf(accountant),
      permissions: ['invoices:read', 'invoices:write'],
      roles: ['accountant'],
    });
  });

  it('a permission of another API of the same name opens nothing here', async () => {
    const orders = await api('invoices:write', 'orders:read');
    const both = await admin.createServiceClient(realm.name);
    await give(both, orders, 'all', ['invoices:write', 'orders:read']);
    await give(both, invoices, 'look', ['invoices:read']);
    const service = await start('invoices-nest');
    const bearer = await token(both);
    const { claims } = tokenOf(await clientCredentials(both));
    // The token is for both, and its flat list has the name.
    expect([...(claims.aud as string[])].sort()).toEqual([invoices.clientId, orders.clientId].sort());
    expect(claims['permissions']).toEqual(expect.arrayContaining(['invoices:read', 'invoices:write']));
    expect((await service.call('GET', '/invoices', bearer)).status).toBe(200);
    expect((await service.call('POST', '/invoices', bearer, { amount: 7 })).status).toBe(403);
    const narrowed = await token(both, { scope: 'invoices:read orders:read' });
    expect((await service.call('GET', '/invoices', narrowed)).status).toBe(200);
    const only = await token(both, { resource: orders.clientId });
    expect((await service.call('GET', '/invoices', only)).status).toBe(401);
    const atOrders = { issuer: issuer(), audience: orders.clientId };
    expect((await verifyAccessToken(bearer, atOrders)).permissions.toSorted()).toEqual([
      'invoices:write',
      'orders:read',
    ]);
  });

  it('a disabled realm issues nothing more; what is out is good until it expires, also for a service started since', async () => {
    const running = await start('express');
    const bearer = await token(reader);
    await admin.done('PUT', base(), { enabled: false });
    try {
      expect((await clientCredentials(reader)).status).toBe(400);
      const startedSince = await start('fastify');
      for (const service of [running, startedSince]) {
        expect((await service.call('GET', '/invoices', bearer)).status).toBe(200);
      }
    } finally {
      await admin.done('PUT', base(), { enabled: true });
    }
  });

  it('an expired token is refused', async () => {
    const bearer = await token(reader);
    const { expiresAt } = await verifyAccessToken(bearer, { issuer: issuer(), audience: invoices.clientId });
    const at = (ms: number) =>
      verifyAccessToken(bearer, {
        issuer: issuer(),
        audience: invoices.clientId,
        clockToleranceSeconds: 0,
        now: () => expiresAt.getTime() + ms,
      });
    await expect(at(-1)).resolves.toMatchObject({ clientId: reader.clientId });
    await expect(at(0)).rejects.toMatchObject({ code: 'invalid_token', reason: 'expired' });
  });

  it.each(['invoices-nest', 'express', 'fastify'])('%s does not start without an audience', async (name) => {
    await expect(ExampleService.start(name, { ISSUER: issuer() })).rejects.toThrow('audience');
  });

  it('without Chancery nobody is let in', async () => {
    const here = { issuer: { issuer: issuer(), jwksUri: 'http://127.0.0.1:1/certs' }, audience: invoices.clientId };
    await expect(verifyAccessToken(await token(reader), here)).rejects.toMatchObject({ status: 503 });
  });

  it('a subject with many roles gets a token that fits into a header', async () => {
    const many = await admin.createServiceClient(realm.name);
    const user = await userOf(many);
    const path = `${base()}/clients/${invoices.id}/roles`;
    const ids: string[] = [];
    for (let from = 0; from < 300; from += 20) {
      const made = Array.from({ length: 20 }, (_, i) =>
        admin.done<{ data: { id: string } }>('POST', path, {
          name: `role-with-a-rather-long-name-${String(from + i)}`,
          permissions: ['invoices:read'],
        }),
      );
      ids.push(...(await Promise.all(made)).map(({ data }) => data.id));
    }
    const evaluated = async () =>
      (
        await admin.done<{ data: { token_bytes: number; warnings: string[]; claims: object } }>(
          'POST',
          `${base()}/clients/${many.id}/evaluate`,
          {},
        )
      ).data;
    for (const [count, warnings] of [
      [20, 0],
      [100, 1],
      [300, 1],
    ] as const) {
      for (let from = 0; from < count; from += 100) {
        await admin.done('PATCH', `${base()}/users/${user}/roles`, {
          add: ids.slice(from, Math.min(from + 100, count)),
        });
      }
      const issued = tokenOf(await clientCredentials(many));
      const { token_bytes: bytes, claims, ...told } = await evaluated();
      expect({ bytes, warnings: told.warnings.length }).toEqual({ bytes: issued.token.length, warnings });
      expect(bytes).toBeLessThanOrEqual(8_192);
      const { jti: _jti, iat: _iat, exp: _exp, ...same } = issued.claims;
      expect(claims).toMatchObject(same);
      const omitted = count === 300 ? true : undefined;
      expect(issued.claims['roles_omitted']).toBe(omitted);
      const verified = await verifyAccessToken(issued.token, { issuer: issuer(), audience: invoices.clientId });
      expect(verified).toMatchObject({ permissions: ['invoices:read'] });
      expect(verified.roles).toHaveLength(omitted === true ? 0 : count);
    }
  });
});
