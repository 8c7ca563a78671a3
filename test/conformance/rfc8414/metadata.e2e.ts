import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, unique } from '../../e2e/support/administrator.js';
import { ask, expectProblem } from '../../e2e/support/http.js';
import { baseUrl, shape } from '../../e2e/support/shape.js';

describe('authorization server metadata', () => {
  let issuer: string;
  let realm: string;
  let metadata: Readonly<Record<string, unknown>>;
  const discoveryPath = () => `/realms/${realm}/.well-known/openid-configuration`;
  const oauthPath = () => `/.well-known/oauth-authorization-server/realms/${realm}`;

  beforeAll(async () => {
    const admin = await Administrator.signIn();
    realm = (await admin.createRealm()).name;
    issuer = `${baseUrl()}/realms/${realm}`;
    metadata = (await ask('GET', discoveryPath())).body as typeof metadata;
  });

  it('RFC 8414 §3.1: the well-known path MUST be inserted between host and path of the issuer', async () => {
    const answer = await ask('GET', oauthPath());
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.body).toEqual(metadata);
  });

  it('RFC 8414 §3.3: issuer MUST be identical to the identifier the path was made of', () => {
    expect(metadata['issuer']).toBe(issuer);
  });

  it('RFC 8414 §3.3: issuer MUST NOT follow the Host header', async () => {
    // fetch lets nobody set Host; X-Forwarded-Host is what proxies and attackers send beside it.
    const answer = await ask('GET', discoveryPath(), {
      headers: { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' },
    });
    expect(answer.body).toEqual(metadata);
  });

  it('RFC 8414 §2: endpoints MUST be URLs below the issuer, and each advertised one answers', async () => {
    const endpoints = Object.entries(metadata).filter(([name]) => name.endsWith('_endpoint') || name === 'jwks_uri');
    expect(endpoints.map(([name]) => name)).toEqual(expect.arrayContaining(['token_endpoint', 'jwks_uri']));
    for (const [name, url] of endpoints) {
      expect(String(url).startsWith(`${issuer}/`)).toBe(true);
      const { pathname } = new URL(String(url));
      const answer = await ask(name === 'jwks_uri' ? 'GET' : 'POST', pathname, name === 'jwks_uri' ? {} : { form: {} });
      expect([404, 405]).not.toContain(answer.status);
    }
  });

  it('RFC 8414 §3.2: members with zero elements MUST be omitted', () => {
    // §2 requires response_types_supported all the same, even of a server without an authorization endpoint.
    const { response_types_supported: required, ...others } = metadata;
    expect(required).toEqual([]);
    for (const value of Object.values(others)) if (Array.isArray(value)) expect(value).not.toHaveLength(0);
  });

  it('advertises what works, and nothing else', () => {
    expect(new Set(metadata['grant_types_supported'] as string[])).toEqual(new Set(['client_credentials', 'password']));
    expect(new Set(metadata['token_endpoint_auth_methods_supported'] as string[])).toEqual(
      new Set(['client_secret_basic', 'client_secret_post', 'none']),
    );
    for (const absent of [
      'authorization_endpoint',
      'introspection_endpoint',
      'revocation_endpoint',
      'registration_endpoint',
    ]) {
      expect(metadata).not.toHaveProperty(absent);
    }
  });

  it('is the same at every gateway', async () => {
    for (const base of shape().baseUrls) expect((await ask('GET', discoveryPath(), { base })).body).toEqual(metadata);
  });

  it('answers 404 for a realm that does not exist', async () => {
    const nobody = unique('nobody');
    expectProblem(await ask('GET', `/realms/${nobody}/.well-known/openid-configuration`), 404);
    expectProblem(await ask('GET', `/.well-known/oauth-authorization-server/realms/${nobody}`), 404);
    expectProblem(await ask('GET', '/realms/%00/.well-known/openid-configuration'), 404);
  });
});
