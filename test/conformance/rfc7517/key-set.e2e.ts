import { beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { Administrator, unique, type TestClient } from '../../e2e/support/administrator.js';
import { ask, expectProblem } from '../../e2e/support/http.js';
import { clientCredentials, keySetPath, tokenOf } from '../../e2e/support/protocol.js';
import { baseUrl, shape } from '../../e2e/support/shape.js';

/** RFC 7518 §6.2.2, §6.3.2 and RFC 8037 §2: what only the holder of a private key knows. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

describe('key set', () => {
  let admin: Administrator;
  let client: TestClient;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    const realm = await admin.createRealm();
    client = await admin.createServiceClient(realm.name);
  });

  const keySet = async (base = baseUrl()): Promise<JSONWebKeySet> =>
    (await ask('GET', keySetPath(client.realm), { base })).body as JSONWebKeySet;

  const verified = async (token: string): Promise<string | undefined> => {
    const result = await jwtVerify(token, createLocalJWKSet(await keySet()), {
      issuer: `${baseUrl()}/realms/${client.realm}`,
      typ: 'at+jwt',
    });
    return result.payload.jti;
  };

  it('RFC 7517 §5: a JWK Set MUST have a keys member', async () => {
    const answer = await ask('GET', keySetPath(client.realm));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/(jwk-set\+)?json/);
    expect((answer.body as JSONWebKeySet).keys.length).toBeGreaterThan(0);
  });

  it('RFC 7517 §9.3: private members MUST NOT be published', async () => {
    for (const key of (await keySet()).keys) {
      expect(Object.keys(key).filter((member) => PRIVATE_MEMBERS.includes(member))).toEqual([]);
      expect(key).toMatchObject({
        kty: expect.any(String),
        kid: expect.any(String),
        alg: expect.any(String),
        use: 'sig',
      });
    }
  });

  it('RFC 9110 §13.1.2: If-None-Match with the current ETag MUST be answered 304', async () => {
    const first = await ask('GET', keySetPath(client.realm));
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[^"]+"$/);
    expect(first.headers.get('cache-control')).toMatch(/max-age=\d+/);
    for (const value of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await ask('GET', keySetPath(client.realm), { headers: { 'if-none-match': value } });
      expect({ value, status: again.status, text: again.text }).toEqual({ value, status: 304, text: '' });
      expect(again.headers.get('etag')).toBe(etag);
    }
    const changed = await ask('GET', keySetPath(client.realm), { headers: { 'if-none-match': '"other"' } });
    expect(changed.status).toBe(200);
  });

  it('is the same at every gateway', async () => {
    const first = await keySet();
    for (const base of shape().baseUrls) expect(await keySet(base)).toEqual(first);
  });

  it('answers 404 for a realm that does not exist', async () => {
    expectProblem(await ask('GET', keySetPath(unique('nobody'))), 404);
  });

  it('keeps a replaced key published, so that tokens signed with it still verify', async () => {
    const before = tokenOf(await clientCredentials(client));
    await admin.done('POST', `/realms/${client.realm}/keys/rotate`);
    for (const base of shape().baseUrls) {
      const after = tokenOf(await clientCredentials(client, {}, { base }));
      expect(after.header.kid).not.toBe(before.header.kid);
      expect(await verified(after.token)).toBe(after.claims.jti);
    }
    expect(await verified(before.token)).toBe(before.claims.jti);
    await admin.auditEvents(client.realm, { type: 'signing_key.rotated' });
  });

  it.each(['RS256', 'EdDSA', 'ES256'])('signs with %s when the realm says so', async (algorithm) => {
    const earlier = tokenOf(await clientCredentials(client));
    await admin.done('PUT', `/realms/${client.realm}/settings`, { default_signing_algorithm: algorithm });
    for (const base of shape().baseUrls) {
      const issued = tokenOf(await clientCredentials(client, {}, { base }));
      expect(issued.header).toMatchObject({ alg: algorithm, typ: 'at+jwt', kid: expect.any(String) });
      expect(await verified(issued.token)).toBe(issued.claims.jti);
    }
    expect(await verified(earlier.token)).toBe(earlier.claims.jti);
    const discovery = await ask('GET', `/realms/${client.realm}/.well-known/openid-configuration`);
    const { id_token_signing_alg_values_supported: advertised } = discovery.body as Record<string, unknown>;
    if (advertised !== undefined) expect(advertised).toContain(algorithm);
  });
});
