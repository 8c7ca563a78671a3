import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, unique, type ClientBody, type RealmBody } from './support/administrator.js';
import { expectInvalidMember, expectProblem } from './support/http.js';

interface UriBody {
  readonly id: string;
  readonly client_id: string;
  readonly value: string;
  readonly enabled: boolean;
  readonly created_at: string;
  readonly updated_at: string;
}

const HOSTILE = [
  'https://user@app.example',
  'https://a@b@app.example',
  'https://app.example\\@evil.com',
  'https://app.example%2f@evil.com',
  'https://app.example%00.evil.com',
  'https://app.example%2eevil.com',
  'http://localhost.evil.com',
  'http://127.0.0.1.evil.com',
  'http://127.1',
  'https://аpp.example',
  'https://app.example/%2e%2e/x',
  'https://*.app.example',
  'https://app.example/#x',
  'javascript:alert(1)',
  '',
  'https://app.example/\u0000',
];

describe.each([
  ['redirects', 'redirect_uri'],
  ['post-logout-redirects', 'post_logout_redirect_uri'],
  ['web-origins', 'web_origin'],
] as const)('%s of clients', (part, noun) => {
  let admin: Administrator;
  let realm: RealmBody;
  let client: ClientBody;
  let path: string;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    client = await admin.done('POST', `/realms/${realm.name}/clients`, { name: 'App', client_id: unique('app') });
    path = `/realms/${realm.name}/clients/${client.id}/${part}`;
  });

  it('are added, listed as a bare array, disabled and removed, each with its audit event', async () => {
    const answer = await admin.ask('POST', path, { value: 'https://app.example' });
    expect(answer.status).toBe(201);
    const added = answer.body as UriBody;
    expect(added).toEqual({
      id: expect.any(String),
      client_id: client.id,
      value: 'https://app.example',
      enabled: true,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    expect(answer.headers.get('location')).toContain(`${path}/${added.id}`);
    const second = await admin.done<UriBody>('POST', path, { value: 'http://localhost:3000', enabled: false });
    expect(await admin.done<UriBody[]>('GET', path)).toEqual([added, second]);
    const { data } = await admin.done<{ data: UriBody }>('PUT', `${path}/${added.id}`, { enabled: false });
    expect(data).toEqual({ ...added, enabled: false, updated_at: expect.any(String) });
    expect((await admin.ask('DELETE', `${path}/${second.id}`)).status).toBe(204);
    expect(await admin.done<UriBody[]>('GET', path)).toEqual([data]);
    for (const [verb, expected] of [
      ['added', 2],
      ['updated', 1],
      ['removed', 1],
    ] as const) {
      const events = await admin.auditEvents(realm.name, { type: `client.${noun}_${verb}` }, expected);
      expect(events.map(({ client_id, outcome }) => [client_id, outcome])).toEqual(
        Array.from({ length: expected }, () => [client.client_id, 'success']),
      );
    }
    const [changed] = await admin.auditEvents(realm.name, { type: `client.${noun}_updated` });
    expect(changed?.['details']).toEqual({
      [noun]: { id: added.id, value: added.value, enabled: false },
      changes: { enabled: { before: true, after: false } },
    });
  });

  it('are refused when they are hostile, twice, malformed or unknown', async () => {
    for (const value of HOSTILE) {
      const answer = await admin.ask('POST', path, { value });
      expectInvalidMember(answer, '/value');
    }
    const { id } = await admin.done<UriBody>('POST', path, { value: 'https://twice.example' });
    expectProblem(await admin.ask('POST', path, { value: 'https://twice.example' }), 409);
    expectInvalidMember(await admin.ask('POST', path, {}), '/value');
    expectInvalidMember(await admin.ask('POST', path, { value: 'https://x.example', enabled: 'yes' }), '/enabled');
    expectInvalidMember(await admin.ask('PUT', `${path}/${id}`, {}), '/enabled');
    expectInvalidMember(await admin.ask('PUT', `${path}/${id}`, { enabled: true, value: 'x' }), '/value');
    expectProblem(await admin.ask('PUT', `${path}/${client.id}`, { enabled: true }), 404);
    expectProblem(await admin.ask('DELETE', `${path}/${client.id}`), 404);
    expectProblem(await admin.ask('DELETE', `${path}/x`), 404);
  });

  it('of another client or another realm are not there', async () => {
    const { id } = await admin.done<UriBody>('POST', path, { value: 'https://mine.example' });
    const other = await admin.done<ClientBody>('POST', `/realms/${realm.name}/clients`, { name: 'Other' });
    const elsewhere = await admin.createRealm();
    for (const owner of [`${realm.name}/clients/${other.id}`, `${elsewhere.name}/clients/${client.id}`]) {
      expectProblem(await admin.ask('PUT', `/realms/${owner}/${part}/${id}`, { enabled: false }), 404);
      expectProblem(await admin.ask('DELETE', `/realms/${owner}/${part}/${id}`), 404);
    }
    expectProblem(await admin.ask('GET', `/realms/${elsewhere.name}/clients/${client.id}/${part}`), 404);
    expectProblem(
      await admin.ask('POST', `/realms/${elsewhere.name}/clients/${client.id}/${part}`, { value: 'https://x.example' }),
      404,
    );
    expect((await admin.done<UriBody[]>('GET', path)).find((uri) => uri.id === id)?.enabled).toBe(true);
  });

  it('many added at once are all there, and one value once', async () => {
    const values = Array.from({ length: 12 }, (_, index) => `https://app${index % 8}.many.example`);
    const answers = await Promise.all(values.map((value) => admin.ask('POST', path, { value })));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(8).fill(201), 409, 409, 409, 409]);
  });
});

it('what a client shows of its redirect URIs, and its ETag, follow every change', async () => {
  const admin = await Administrator.signIn();
  const realm = await admin.createRealm();
  const { id } = await admin.done<ClientBody>('POST', `/realms/${realm.name}/clients`, { name: 'App' });
  const path = `/realms/${realm.name}/clients/${id}`;
  const read = async () => {
    const answer = await admin.ask('GET', path);
    return {
      tag: answer.headers.get('etag'),
      uris: (answer.body as { data: { redirect_uris: UriBody[] } }).data.redirect_uris,
    };
  };
  const tags = [(await read()).tag];
  const uri = await admin.done<UriBody>('POST', `${path}/redirects`, { value: 'https://app.example/cb' });
  const added = await read();
  expect(added.uris).toEqual([uri]);
  const { data } = await admin.done<{ data: UriBody }>('PUT', `${path}/redirects/${uri.id}`, { enabled: false });
  const disabled = await read();
  expect(disabled.uris).toEqual([data]);
  await admin.done('DELETE', `${path}/redirects/${uri.id}`);
  const removed = await read();
  expect(removed.uris).toEqual([]);
  tags.push(added.tag, disabled.tag, removed.tag);
  expect(new Set(tags).size).toBe(4);
  const late = await admin.ask('PATCH', path, { name: 'New' }, { headers: { 'if-match': tags[0] ?? '' } });
  expectProblem(late, 412);
});
