import { beforeAll, describe, expect, it } from '@jest/globals';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { Administrator, type TestClient } from './support/administrator.js';
import { tokenOf, requestToken } from './support/protocol.js';
import { startResourceServer } from './support/resource-server.js';
import { baseUrl } from './support/shape.js';

/** The whole way: an administrator registers a client, it gets tokens, an API accepts them, the audit log shows it. */
describe('the main job', () => {
  let admin: Administrator;
  let client: TestClient;
  let issuer: string;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    const realm = await admin.createRealm();
    client = await admin.createServiceClient(realm.name);
    await admin.assignRole(client, 'viewer');
    issuer = `${baseUrl()}/realms/${realm.name}`;
  });

  const withOpenidClient = async (method: 'basic' | 'post'): Promise<string> => {
    const configuration = await openid.discovery(
      new URL(issuer),
      client.clientId,
      undefined,
      method === 'basic' ? openid.ClientSecretBasic(client.secret) : openid.ClientSecretPost(client.secret),
      { execute: [openid.allowInsecureRequests] },
    );
    const tokens = await openid.clientCredentialsGrant(configuration);
    expect(tokens.expiresIn()).toBeGreaterThan(0);
    return tokens.access_token;
  };

  const withOauth4webapi = async (method: 'basic' | 'post'): Promise<string> => {
    const options = { [oauth.allowInsecureRequests]: true };
    const identifier = new URL(issuer);
    const server = await oauth.processDiscoveryResponse(
      identifier,
      await oauth.discoveryRequest(identifier, { ...options, algorithm: 'oauth2' }),
    );
    const asking: oauth.Client = { client_id: client.clientId };
    const authentication =
      method === 'basic' ? oauth.ClientSecretBasic(client.secret) : oauth.ClientSecretPost(client.secret);
    const answer = await oauth.clientCredentialsGrantRequest(server, asking, authentication, {}, options);
    const tokens = await oauth.processClientCredentialsResponse(server, asking, answer);
    return tokens.access_token;
  };

  it.each([
    ['openid-client', 'client_secret_basic', () => withOpenidClient('basic')],
    ['openid-client', 'client_secret_post', () => withOpenidClient('post')],
    ['oauth4webapi', 'client_secret_basic', () => withOauth4webapi('basic')],
    ['oauth4webapi', 'client_secret_post', () => withOauth4webapi('post')],
  ])('%s gets a token with %s that express-oauth2-jwt-bearer accepts', async (_library, _method, getToken) => {
    const token = await getToken();
    const { claims } = tokenOf({ status: 200, headers: new Headers(), text: '', body: { access_token: token } });
    const audience = [claims.aud].flat()[0] ?? '';
    const api = await startResourceServer(issuer, audience);
    try {
      const accepted = await api.call(token);
      expect(accepted).toEqual({ status: 200, body: claims });
      const [header, payload, signature = ''] = token.split('.');
      const altered = JSON.stringify({ ...claims, sub: 'somebody-else' });
      const forged = [header, Buffer.from(altered).toString('base64url'), signature].join('.');
      expect((await api.call(forged)).status).toBe(401);
      const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
      expect((await api.call([header, payload, flipped].join('.'))).status).toBe(401);
    } finally {
      await api.stop();
    }
    const issued = await admin.auditEvents(client.realm, { jti: claims.jti });
    expect(issued).toEqual([
      expect.objectContaining({
        type: 'token.issued',
        outcome: 'success',
        realm: client.realm,
        client_id: client.clientId,
        jti: claims.jti,
        subject_id: claims.sub,
      }),
    ]);
  });

  it('shows who registered the client', async () => {
    const [created] = await admin.auditEvents(client.realm, { type: 'client.created', client_id: client.clientId });
    expect(created).toMatchObject({
      outcome: 'success',
      actor: { kind: 'user', client_id: 'admin-cli' },
      target: { kind: 'client', id: client.id },
    });
  });

  it('refuses an API of another realm the token', async () => {
    const other = await admin.createRealm();
    const answer = await requestToken(client.realm, {
      form: { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.secret },
    });
    const { token, claims } = tokenOf(answer);
    const api = await startResourceServer(`${baseUrl()}/realms/${other.name}`, [claims.aud].flat()[0] ?? '');
    try {
      expect((await api.call(token)).status).toBe(401);
    } finally {
      await api.stop();
    }
  });
});
