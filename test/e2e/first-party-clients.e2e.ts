import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, unique, type ClientBody, type Page, type RealmBody } from './support/administrator.js';
import { expectInvalidMember, expectProblem } from './support/http.js';
import { baseUrl } from './support/shape.js';
import { clientCredentials, tokenOf } from './support/protocol.js';

/** People sign in through first-party clients unasked: where those send them back is not for every administrator to say. */
describe('first-party clients', () => {
  let admin: Administrator;
  let realm: RealmBody;
  /** Holds all that clients need, and not all that administrators have. */
  let registrar: Administrator;

  const clients = () => `/realms/${realm.name}/clients`;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    const client = await admin.createServiceClient(realm.name);
    const permissions = ['create_client', 'manage_clients', 'manage_realm', 'manage_roles'];
    const role = await admin.done<{ data: { name: string } }>('POST', `/realms/${realm.name}/roles`, {
      name: unique('registrar'),
      permissions,
    });
    await admin.assignRole(client, role.data.name);
    registrar = new Administrator(tokenOf(await clientCredentials(client)).token);
  });

  const named = async (clientId: string): Promise<ClientBody> => {
    const { data } = await admin.done<Page<ClientBody>>('GET', `${clients()}?limit=200`);
    const found = data.find((one) => one.client_id === clientId);
    if (found === undefined) throw new Error(`No client ${clientId}.`);
    return found;
  };

  it('are registered, and made of others, by those who hold everything', async () => {
    const body = { name: 'Shop', first_party: true, redirect_uris: ['https://shop.example/cb'] };
    expectProblem(await registrar.ask('POST', clients(), body), 403);
    const own = await registrar.done<ClientBody>('POST', clients(), { ...body, first_party: false });
    expectProblem(await registrar.ask('PATCH', `${clients()}/${own.id}`, { first_party: true }), 403);
    await admin.done('PATCH', `${clients()}/${own.id}`, { first_party: true });
    // It stays theirs in all else, but for where people come out.
    await registrar.done('PATCH', `${clients()}/${own.id}`, { description: 'A shop' });
    const more = { value: 'https://evil.example/cb', enabled: true };
    expectProblem(await registrar.ask('POST', `${clients()}/${own.id}/redirects`, more), 403);
    await admin.done('POST', `${clients()}/${own.id}/redirects`, more);
    await registrar.done('PATCH', `${clients()}/${own.id}`, { first_party: false });
  });

  it('that come with a realm send nobody elsewhere', async () => {
    for (const clientId of ['console', 'account']) {
      const path = `${clients()}/${(await named(clientId)).id}/redirects`;
      expectProblem(await registrar.ask('POST', path, { value: 'https://evil.example/cb', enabled: true }), 403);
      const { id } = await admin.done<{ id: string }>('POST', path, { value: 'https://id.example/cb', enabled: true });
      // To close a place harms nobody; to open it again is to open it.
      await registrar.done('PUT', `${path}/${id}`, { enabled: false });
      expectProblem(await registrar.ask('PUT', `${path}/${id}`, { enabled: true }), 403);
      await admin.done('PUT', `${path}/${id}`, { enabled: true });
    }
  });

  it('do not come by a configuration either', async () => {
    const client = { client_id: unique('file'), name: 'From a file', first_party: true };
    const apply = (who: Administrator) =>
      who.ask('POST', `/realms/${realm.name}/apply`, { version: 1, clients: [client] });
    expectProblem(await apply(registrar), 403);
    expect((await apply(admin)).status).toBe(200);
  });

  it('no client is called as a realm is in tokens', async () => {
    const body = { name: 'Everybody', client_id: `${baseUrl()}/realms/${realm.name}` };
    expectInvalidMember(await admin.ask('POST', clients(), body), '/client_id');
  });
});
