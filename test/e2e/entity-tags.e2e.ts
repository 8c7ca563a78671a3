import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, unique, type TestClient } from './support/administrator.js';
import { expectProblem } from './support/http.js';

/** No update of a single object is lost: whoever sends what they read as `If-Match` is told when somebody was faster. */
describe('ETag and If-Match', () => {
  let admin: Administrator;
  let base: string;
  let client: TestClient;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    const realm = (await admin.createRealm()).name;
    base = `/realms/${realm}`;
    client = await admin.createServiceClient(realm);
  });

  const create = async (path: string, body: object): Promise<string> => {
    const answer = await admin.ask('POST', path, body);
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 201 });
    const location = answer.headers.get('location') ?? '';
    const read = await admin.ask('GET', location);
    expect(read.headers.get('etag')).toBe(answer.headers.get('etag'));
    return location;
  };
  const ofClient = () => `${base}/clients/${client.id}`;

  it.each<[string, () => Promise<string>, 'PUT' | 'PATCH', readonly object[]]>([
    [
      'a permission of the realm',
      () => create(`${base}/permissions`, { name: `${unique('p')}:read` }),
      'PATCH',
      [{ description: 'a' }, { description: 'b' }],
    ],
    [
      'a permission of a client',
      () => create(`${ofClient()}/permissions`, { name: `${unique('p')}:read` }),
      'PATCH',
      [{ description: 'a' }, { description: 'b' }],
    ],
    [
      'a redirect URI',
      () => create(`${ofClient()}/redirects`, { value: `https://${unique('a')}.example/` }),
      'PUT',
      [{ enabled: false }, { enabled: true }],
    ],
    [
      'a post-logout redirect URI',
      () => create(`${ofClient()}/post-logout-redirects`, { value: `https://${unique('a')}.example/` }),
      'PUT',
      [{ enabled: false }, { enabled: true }],
    ],
    [
      'a web origin',
      () => create(`${ofClient()}/web-origins`, { value: `https://${unique('a')}.example` }),
      'PUT',
      [{ enabled: false }, { enabled: true }],
    ],
    [
      'a role',
      () => create(`${base}/roles`, { name: unique('role') }),
      'PUT',
      [{ description: 'a' }, { description: 'b' }],
    ],
    [
      'a user',
      () => create(`${base}/users`, { username: unique('user') }),
      'PUT',
      [{ firstname: 'a' }, { firstname: 'b' }],
    ],
    [
      'a client',
      () => create(`${base}/clients`, { name: unique('client') }),
      'PATCH',
      [{ description: 'a' }, { description: 'b' }],
    ],
  ])('of %s', async (_title, made, method, [one = {}, two = {}]) => {
    const path = await made();
    const tagOf = async () => (await admin.ask('GET', path)).headers.get('etag') ?? '';
    const match = (tag: string) => ({ headers: { 'if-match': tag } });
    const first = await tagOf();
    const changed = await admin.ask(method, path, one, match(first));
    expect({ status: changed.status, text: changed.text }).toMatchObject({ status: 200 });
    const second = await tagOf();
    expect(second).not.toBe(first);
    expect(changed.headers.get('etag')).toBe(second);
    expectProblem(await admin.ask(method, path, two, match(first)), 412);
    expectProblem(await admin.ask('DELETE', path, undefined, match(first)), 412);
    expectProblem(await admin.ask(method, path, two, match('"0"')), 412);
    expectProblem(await admin.ask(method, path, two, match('W/' + second)), 412);
    expectProblem(await admin.ask(method, path, two, match('nonsense')), 400);
    expect(await tagOf()).toBe(second);
    // The same state again is no change; of many who read one version, one is heard.
    expect((await admin.ask(method, path, one, match(`"0", ${second}`))).headers.get('etag')).toBe(second);
    const racers = await Promise.all([two, two, two, two].map((body) => admin.ask(method, path, body, match(second))));
    expect(racers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
    const third = await tagOf();
    expect((await admin.ask('GET', path, undefined, { headers: { 'if-none-match': third } })).status).toBe(304);
    expect((await admin.ask('DELETE', path, undefined, match(third))).status).toBe(204);
    expectProblem(await admin.ask('GET', path), 404);
  });

  it('of a built-in permission can be read, and nothing changes it', async () => {
    const path = `${base}/permissions/manage_users`;
    const read = await admin.ask('GET', path);
    expect(read.body).toMatchObject({ data: { name: 'manage_users', built_in: true } });
    expect(read.headers.get('etag')).toBe('"0"');
    expectProblem(await admin.ask('PATCH', path, { description: 'x' }), 409);
    expectProblem(await admin.ask('GET', `${base}/permissions/no-such`), 404);
    expectProblem(await admin.ask('GET', `${ofClient()}/permissions/manage_users`), 404);
    expectProblem(await admin.ask('GET', `${base}/clients/${client.id.replace(/^./, 'f')}/permissions/x`), 404);
    expectProblem(await admin.ask('GET', `${base}/clients/nobody/permissions`), 404);
  });
});
