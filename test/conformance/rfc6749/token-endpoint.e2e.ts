import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, type TestClient } from '../../e2e/support/administrator.js';
import { ask, expectOAuthError } from '../../e2e/support/http.js';
import { basic, clientCredentials, requestToken, tokenOf } from '../../e2e/support/protocol.js';
import { shape } from '../../e2e/support/shape.js';

describe('token endpoint', () => {
  let admin: Administrator;
  let client: TestClient;
  let odd: TestClient;
  const byPost = () => ({
    grant_type: 'client_credentials',
    client_id: client.clientId,
    client_secret: client.secret,
  });

  beforeAll(async () => {
    admin = await Administrator.signIn();
    const realm = await admin.createRealm();
    client = await admin.createServiceClient(realm.name);
    await admin.assignRole(client, 'viewer');
    // Characters that form-encoding changes: a client that forgets RFC 6749 §2.3.1 would send them raw.
    odd = await admin.createServiceClient(realm.name, { client_id: `${client.clientId}+%&=:@` });
  });

  it('RFC 6749 §5.1: access_token and token_type are REQUIRED, expires_in and scope say what was granted', async () => {
    const answer = await clientCredentials(client);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: expect.any(Number),
      scope: expect.stringContaining('view_clients'),
    });
  });

  it('RFC 6749 §5.1: MUST be JSON with Cache-Control: no-store', async () => {
    const { headers } = await clientCredentials(client);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('RFC 6749 §4.4.3: a refresh token SHOULD NOT be included', async () => {
    expect((await clientCredentials(client)).body).not.toHaveProperty('refresh_token');
  });

  it('RFC 6749 §2.3.1: the server MUST support HTTP Basic', async () => {
    expect((await clientCredentials(client)).status).toBe(200);
  });

  it('RFC 6749 §2.3.1: client_id and secret in Basic MUST be form-decoded', async () => {
    const { claims } = tokenOf(await clientCredentials(odd));
    expect(claims['client_id']).toBe(odd.clientId);
  });

  it('RFC 6749 §2.3.1: credentials may come in the body', async () => {
    expect((await requestToken(client.realm, { form: byPost() })).status).toBe(200);
  });

  it('RFC 6749 §2.3.1: credentials in the URI MUST NOT count', async () => {
    const query = new URLSearchParams(byPost()).toString();
    const answer = await ask('POST', `/realms/${client.realm}/protocol/openid-connect/token?${query}`, { form: {} });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toHaveProperty('access_token');
  });

  it('RFC 6749 §2.3: MUST NOT use more than one authentication method', async () => {
    const authorization = basic(client.clientId, client.secret);
    const answer = await requestToken(client.realm, { headers: { authorization }, form: byPost() });
    expectOAuthError(answer, 400, 'invalid_request');
  });

  it('RFC 6749 §2.3.1: a client_id in the body beside Basic MUST name the same client', async () => {
    const authorization = basic(client.clientId, client.secret);
    const form = { grant_type: 'client_credentials', client_id: client.clientId };
    expect((await requestToken(client.realm, { headers: { authorization }, form })).status).toBe(200);
    const other = await requestToken(client.realm, {
      headers: { authorization },
      form: { ...form, client_id: odd.clientId },
    });
    expect([400, 401]).toContain(other.status);
    expect(other.body).toMatchObject({ error: expect.stringMatching(/^invalid_(request|client)$/) });
  });

  it('RFC 6749 §3.2: parameters without a value MUST be treated as omitted', async () => {
    expect((await clientCredentials(client, { scope: '', resource: '' })).status).toBe(200);
    expectOAuthError(await clientCredentials(client, { grant_type: '' }), 400, 'invalid_request');
  });

  it('RFC 6749 §3.2: unrecognised parameters MUST be ignored', async () => {
    expect((await clientCredentials(client, { whatever: 'x', __proto__x: 'y', constructor: 'z' })).status).toBe(200);
  });

  it.each(['grant_type', 'scope', 'client_id', 'client_secret', 'audience_unknown_to_us'])(
    'RFC 6749 §3.2: parameters MUST NOT be included more than once: %s',
    async (name) => {
      const pairs = [...Object.entries({ ...byPost(), scope: 'view_realm', audience_unknown_to_us: 'x' })];
      const twice = pairs.find(([known]) => known === name) ?? [name, 'x'];
      const answer = await requestToken(client.realm, { form: [...pairs, twice] });
      expectOAuthError(answer, 400, 'invalid_request');
    },
  );

  it('RFC 6749 §3.2: requests MUST be POST', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await ask(method, `/realms/${client.realm}/protocol/openid-connect/token`);
      expect({ method, status: answer.status }).toEqual({ method, status: 405 });
      expect(answer.headers.get('allow')).toMatch(/POST/);
    }
  });

  it('RFC 6749 §5.2: invalid_request when grant_type is missing', async () => {
    const authorization = basic(client.clientId, client.secret);
    expectOAuthError(
      await requestToken(client.realm, { headers: { authorization }, form: {} }),
      400,
      'invalid_request',
    );
  });

  it('RFC 6749 §5.2: unsupported_grant_type for a grant that is not supported', async () => {
    for (const grantType of ['implicit', 'urn:example:grant', 'Client_Credentials']) {
      expectOAuthError(await clientCredentials(client, { grant_type: grantType }), 400, 'unsupported_grant_type');
    }
  });

  it('RFC 6749 §5.2: invalid_client MUST be 401 with WWW-Authenticate of the scheme that was used', async () => {
    const wrong = await clientCredentials({ ...client, secret: `${client.secret}x` });
    expectOAuthError(wrong, 401, 'invalid_client');
    expect(wrong.headers.get('www-authenticate')).toMatch(/^Basic realm="/);
    const byBody = await requestToken(client.realm, { form: { ...byPost(), client_secret: 'x' } });
    expectOAuthError(byBody, 401, 'invalid_client');
  });

  it('RFC 6749 §5.2: unauthorized_client when the client may not use the grant', async () => {
    const noAccount = await admin.createServiceClient(client.realm, { service_account_enabled: false });
    expectOAuthError(await clientCredentials(noAccount), 400, 'unauthorized_client');
    const form = { grant_type: 'password', username: 'x', password: 'y' };
    const authorization = basic(client.clientId, client.secret);
    const answer = await requestToken(client.realm, { headers: { authorization }, form });
    expectOAuthError(answer, 400, 'unauthorized_client');
  });

  it('RFC 6749 §4.4: the client credentials grant MUST only be used by confidential clients', async () => {
    const name = `${client.clientId}-public`;
    await admin.done('POST', `/realms/${client.realm}/clients`, { name, client_id: name, client_type: 'public' });
    const answer = await requestToken(client.realm, { form: { grant_type: 'client_credentials', client_id: name } });
    expect([400, 401]).toContain(answer.status);
    expect(answer.body).toMatchObject({ error: expect.stringMatching(/^(unauthorized_client|invalid_client)$/) });
  });

  it('RFC 6749 §5.2: invalid_scope for what is unknown, malformed or not held', async () => {
    for (const scope of ['nothing_like_it', 'manage_clients', 'view_clients manage_realm', 'a"b', 'a\\b', 'ü']) {
      expectOAuthError(await clientCredentials(client, { scope }), 400, 'invalid_scope');
    }
  });

  it('RFC 6749 §3.3: scope is case-sensitive, its order does not matter', async () => {
    expectOAuthError(await clientCredentials(client, { scope: 'VIEW_CLIENTS' }), 400, 'invalid_scope');
    const { scope } = (await clientCredentials(client, { scope: 'view_realm view_clients' })).body as { scope: string };
    expect(scope.split(' ').sort()).toEqual(['view_clients', 'view_realm']);
  });

  it('RFC 8707 §2: invalid_target for a resource that is unknown or malformed', async () => {
    for (const resource of ['https://nobody.example/', 'not a uri', 'https://a.example/#fragment']) {
      expectOAuthError(await clientCredentials(client, { resource }), 400, 'invalid_target');
    }
  });

  it('RFC 6749 §4.3: the password grant answers a wrong password and an unknown user alike', async () => {
    const { adminUsername } = shape();
    const attempt = (username: string) =>
      requestToken('master', {
        form: { grant_type: 'password', client_id: 'admin-cli', username, password: 'wrong-password-of-a-test' },
      });
    const [wrong, unknown] = [await attempt(adminUsername), await attempt('nobody-of-this-name')];
    expectOAuthError(wrong, 400, 'invalid_grant');
    expectOAuthError(unknown, 400, 'invalid_grant');
    expect(unknown.text).toBe(wrong.text);
    const missing = { grant_type: 'password', client_id: 'admin-cli', username: 'x' };
    expectOAuthError(await requestToken('master', { form: missing }), 400, 'invalid_request');
  });
});
