import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, type TestClient } from '../../e2e/support/administrator.js';
import { clientCredentials, tokenOf } from '../../e2e/support/protocol.js';
import { baseUrl, shape } from '../../e2e/support/shape.js';

describe('JWT profile for access tokens', () => {
  let admin: Administrator;
  let client: TestClient;
  let issued: ReturnType<typeof tokenOf>;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    const realm = await admin.createRealm();
    client = await admin.createServiceClient(realm.name);
    await admin.assignRole(client, 'viewer');
    issued = tokenOf(await clientCredentials(client));
  });

  it('RFC 9068 §2.1: MUST be signed, typ at+jwt, and MUST NOT use alg none', () => {
    expect(issued.header.typ).toBe('at+jwt');
    expect(issued.header.alg).toBe('ES256');
    expect(issued.header.kid).toEqual(expect.any(String));
  });

  it('RFC 9068 §2.2: iss, exp, aud, sub, client_id, iat and jti are REQUIRED', () => {
    const { claims } = issued;
    expect(claims).toMatchObject({
      iss: `${baseUrl()}/realms/${client.realm}`,
      client_id: client.clientId,
      sub: expect.any(String),
      iat: expect.any(Number),
      exp: expect.any(Number),
      jti: expect.any(String),
    });
    expect([claims.aud].flat()).toContain('realm-management');
    expect(Math.abs((claims.iat ?? 0) - Date.now() / 1_000)).toBeLessThan(60);
  });

  it('RFC 9068 §2.2: jti is unique for every token', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => clientCredentials(client)));
    expect(new Set(answers.map((answer) => tokenOf(answer).claims.jti)).size).toBe(40);
  });

  it('RFC 9068 §2.2.3: scope MUST be in the token when it was asked for, and only what was granted', async () => {
    const answer = await clientCredentials(client, { scope: 'view_clients view_realm' });
    const { claims } = tokenOf(answer);
    expect(String(claims['scope']).split(' ').sort()).toEqual(['view_clients', 'view_realm']);
    expect((answer.body as { scope: string }).scope).toBe(claims['scope']);
  });

  it('RFC 9068 §2.2.3.1: roles are in the token, as adapters read them', () => {
    expect(issued.claims).toMatchObject({ realm_access: { roles: ['viewer'] }, permissions: expect.any(Array) });
    expect(String(issued.claims['scope']).split(' ')).toEqual(expect.arrayContaining(['view_clients', 'view_realm']));
    expect(String(issued.claims['scope'])).not.toMatch(/manage_/);
  });

  it('RFC 9068 §5: sub of a client that acts for itself MUST NOT be taken by a user: it is its service account', async () => {
    const path = `/realms/${client.realm}/clients/${client.id}/service-account-user`;
    const user = await admin.done<{ data: { id: string } }>('GET', path);
    expect(issued.claims.sub).toBe(user.data.id);
  });

  it('takes the lifetime of the client, else of the realm', async () => {
    const lifetime = (answer: Awaited<ReturnType<typeof clientCredentials>>): readonly number[] => {
      const { claims } = tokenOf(answer);
      return [(claims.exp ?? 0) - (claims.iat ?? 0), (answer.body as { expires_in: number }).expires_in];
    };
    await admin.done('PUT', `/realms/${client.realm}/settings`, { access_token_lifetime: 120 });
    for (const base of shape().baseUrls) {
      expect(lifetime(await clientCredentials(client, {}, { base }))).toEqual([120, 120]);
    }
    const path = `/realms/${client.realm}/clients/${client.id}`;
    await admin.done('PATCH', path, { access_token_lifetime: 77 });
    expect(lifetime(await clientCredentials(client))).toEqual([77, 77]);
    await admin.done('PATCH', path, { access_token_lifetime: null });
    expect(lifetime(await clientCredentials(client))).toEqual([120, 120]);
  });
});
