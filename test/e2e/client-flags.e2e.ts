import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, type RealmBody, type TestClient } from './support/administrator.js';
import type { Answer } from './support/http.js';
import { basic, clientCredentials, requestToken, tokenOf } from './support/protocol.js';
import { shape } from './support/shape.js';

/** Every flag of a client is enforced on every grant, not only stored; each change counts from the next request on. */
describe('flags of clients', () => {
  let admin: Administrator;
  let realm: RealmBody;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
  });

  const patch = (client: TestClient, changes: object) =>
    admin.done('PATCH', `/realms/${client.realm}/clients/${client.id}`, changes);
  const password = (client: TestClient): Promise<Answer> => {
    const { adminUsername, adminPassword } = shape();
    return requestToken(client.realm, {
      headers: { authorization: basic(client.clientId, client.secret) },
      form: { grant_type: 'password', username: adminUsername, password: adminPassword },
    });
  };
  const outcome = ({ status, body }: Answer): string =>
    status === 200 ? 'token' : ((body as { error?: string }).error ?? String(status));
  const outcomes = async (client: TestClient) => ({
    client_credentials: outcome(await clientCredentials(client)),
    password: outcome(await password(client)),
  });

  it('enabled, service_account_enabled and direct_access_grants_enabled', async () => {
    // The administrator is a user of master, so the client is there too.
    const client = await admin.createServiceClient('master', { direct_access_grants_enabled: true });
    try {
      expect(await outcomes(client)).toEqual({ client_credentials: 'token', password: 'token' });
      await patch(client, { direct_access_grants_enabled: false });
      expect(await outcomes(client)).toEqual({ client_credentials: 'token', password: 'unauthorized_client' });
      await patch(client, { service_account_enabled: false });
      expect(await outcomes(client)).toEqual({
        client_credentials: 'unauthorized_client',
        password: 'unauthorized_client',
      });
      await patch(client, { direct_access_grants_enabled: true });
      expect(await outcomes(client)).toEqual({ client_credentials: 'unauthorized_client', password: 'token' });
      await patch(client, { enabled: false });
      expect(await outcomes(client)).toEqual({ client_credentials: 'invalid_client', password: 'invalid_client' });
      await patch(client, { enabled: true, service_account_enabled: true });
      expect(await outcomes(client)).toEqual({ client_credentials: 'token', password: 'token' });
    } finally {
      await admin.done('DELETE', `/realms/master/clients/${client.id}`);
    }
  });

  it('access_token_lifetime, on every grant and back to the realm’s', async () => {
    const client = await admin.createServiceClient(realm.name);
    const lifetime = async (): Promise<number> => {
      const { claims } = tokenOf(await clientCredentials(client));
      return (claims.exp ?? 0) - (claims.iat ?? 0);
    };
    await admin.done('PUT', `/realms/${realm.name}/settings`, { access_token_lifetime: 77 });
    expect(await lifetime()).toBe(77);
    await patch(client, { access_token_lifetime: 1_234 });
    expect(await lifetime()).toBe(1_234);
    await patch(client, { access_token_lifetime: null });
    expect(await lifetime()).toBe(77);
  });

  it('a public client has no secret, cannot get one, and never uses client_credentials', async () => {
    const open = await admin.done<{ id: string; client_id: string }>('POST', `/realms/${realm.name}/clients`, {
      name: 'App',
      client_type: 'public',
      direct_access_grants_enabled: true,
    });
    const none = await requestToken(realm.name, {
      form: { grant_type: 'client_credentials', client_id: open.client_id },
    });
    expect(outcome(none)).toBe('unauthorized_client');
    const made = await requestToken(realm.name, {
      form: { grant_type: 'client_credentials', client_id: open.client_id, client_secret: 'anything' },
    });
    expect(outcome(made)).toBe('invalid_client');
    for (const changes of [{ service_account_enabled: true }, { client_type: 'confidential' }]) {
      const answer = await admin.ask('PATCH', `/realms/${realm.name}/clients/${open.id}`, changes);
      expect(answer.status).toBe(422);
    }
  });
});
