import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, type Page, type RealmBody, type TestClient } from './support/administrator.js';
import { expectInvalidMember, expectOAuthError, expectProblem } from './support/http.js';
import { clientCredentials, tokenOf } from './support/protocol.js';
import { shape } from './support/shape.js';

interface NewSecret {
  readonly id: string;
  readonly name: string | null;
  readonly secret: string;
  readonly expires_at: string | null;
  readonly created_at: string;
}

interface SecretBody {
  readonly id: string;
  readonly name: string | null;
  readonly hint: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
}

describe('secrets of clients', () => {
  let admin: Administrator;
  let realm: RealmBody;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
  });

  const path = (client: TestClient) => `/realms/${client.realm}/clients/${client.id}/secrets`;
  const create = (client: TestClient, body: object = {}) => admin.done<NewSecret>('POST', path(client), body);
  const list = (client: TestClient) => admin.done<Page<SecretBody>>('GET', path(client));
  const statuses = async (client: TestClient, secret: string): Promise<readonly number[]> => {
    const answers = await Promise.all(
      shape().baseUrls.flatMap((base) => [1, 2, 3].map(() => clientCredentials({ ...client, secret }, {}, { base }))),
    );
    return [...new Set(answers.map(({ status }) => status))];
  };
  const used = async (client: TestClient, id: string): Promise<SecretBody> => {
    for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
      const secret = (await list(client)).data.find((candidate) => candidate.id === id);
      if (secret !== undefined && secret.last_used_at !== null) return secret;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('The use of the secret was never reported.');
  };

  it('several work side by side; each is shown once, and listed without its text', async () => {
    const client = await admin.createServiceClient(realm.name);
    const answer = await admin.ask('POST', path(client), { name: 'deploy', expires_at: '2999-01-01T02:00:00+02:00' });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const second = answer.body as NewSecret;
    expect(second).toEqual({
      id: expect.any(String),
      name: 'deploy',
      secret: expect.stringMatching(/^chs_[0-9A-Za-z]{49}$/),
      expires_at: '2999-01-01T00:00:00.000Z',
      created_at: expect.any(String),
    });
    expect([await statuses(client, client.secret), await statuses(client, second.secret)]).toEqual([[200], [200]]);
    const listed = await admin.ask('GET', path(client));
    const { data, page } = listed.body as Page<SecretBody>;
    expect(page).toEqual({ next_cursor: null, total: 2 });
    expect(data.map(({ name, hint }) => [name, hint])).toEqual([
      [null, client.secret.slice(-4)],
      ['deploy', second.secret.slice(-4)],
    ]);
    for (const secret of [client.secret, second.secret]) expect(listed.text).not.toContain(secret);
  });

  it('one that is deleted is refused by every instance from the next request on', async () => {
    const client = await admin.createServiceClient(realm.name);
    for (let round = 0; round < 8; round += 1) {
      const { id, secret } = await create(client, { name: `round ${round}` });
      expect({ round, granted: await statuses(client, secret) }).toEqual({ round, granted: [200] });
      expect((await admin.ask('DELETE', `${path(client)}/${id}?force=true`)).status).toBe(204);
      expect({ round, refused: await statuses(client, secret) }).toEqual({ round, refused: [401] });
      expect({ round, others: await statuses(client, client.secret) }).toEqual({ round, others: [200] });
    }
  });

  it('one that expires is refused from then on, and the client shows whether it has any', async () => {
    const client = await admin.createServiceClient(realm.name);
    const [first] = (await list(client)).data;
    await admin.done('DELETE', `${path(client)}/${first?.id ?? ''}`);
    const shown = () =>
      admin.done<{ data: { secret: string | null } }>('GET', `/realms/${realm.name}/clients/${client.id}`);
    expect((await shown()).data.secret).toBeNull();
    const expires = new Date(Date.now() + 3_000);
    const { secret, expires_at } = await create(client, { expires_at: expires.toISOString() });
    expect((await shown()).data.secret).toBe('***');
    expect(expires_at).toBe(expires.toISOString());
    expect(await statuses(client, secret)).toEqual([200]);
    await new Promise((resolve) => setTimeout(resolve, expires.getTime() - Date.now() + 50));
    const refused = await clientCredentials({ ...client, secret });
    expectOAuthError(refused, 401, 'invalid_client');
    expect((await shown()).data.secret).toBeNull();
    const [event] = await admin.auditEvents(realm.name, { type: 'token.refused', client_id: client.clientId });
    expect(event?.reason).toBe('secret_expired');
  });

  it('one that was just used for the first time is not deleted by mistake', async () => {
    const client = await admin.createServiceClient(realm.name);
    const statuses: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const { id, secret } = await create(client);
      expect((await clientCredentials({ ...client, secret })).status).toBe(200);
      statuses.push((await admin.ask('DELETE', `${path(client)}/${id}`)).status);
    }
    // The use is told at once, but the token does not wait for that: on a busy machine one may be late.
    expect(statuses).toContain(409);
  });

  it('one in use is known to be by the minute, named in the log by id, and only deleted by force', async () => {
    const client = await admin.createServiceClient(realm.name);
    const { id, secret } = await create(client);
    const before = Date.now();
    const token = tokenOf(await clientCredentials({ ...client, secret }));
    const { last_used_at: lastUsed } = await used(client, id);
    expect(lastUsed).toMatch(/:00\.000Z$/);
    const minute = Date.parse(lastUsed ?? '');
    expect(minute).toBeGreaterThan(before - 60_000);
    expect(minute).toBeLessThanOrEqual(Date.now());
    const [issued] = await admin.auditEvents(realm.name, { jti: token.claims.jti });
    expect(issued?.['details']).toMatchObject({ secret_id: id });
    const unused = (await list(client)).data.find((candidate) => candidate.id !== id);
    expect(unused?.last_used_at).toBeNull();

    const refusal = await admin.ask('DELETE', `${path(client)}/${id}`);
    expectProblem(refusal, 409);
    expect(refusal.text).toContain('force=true');
    expect(await statuses(client, secret)).toEqual([200]);
    await admin.done('DELETE', `${path(client)}/${unused?.id ?? ''}`);
    await admin.done('DELETE', `${path(client)}/${id}?force=true`);
    expect(await statuses(client, secret)).toEqual([401]);
    expectProblem(await admin.ask('DELETE', `${path(client)}/${id}?force=true`), 404);
    const deleted = await admin.auditEvents(
      realm.name,
      { type: 'client.secret_deleted', client_id: client.clientId },
      2,
    );
    expect(deleted.map(({ details }) => details)).toEqual([
      { secret: expect.objectContaining({ id }), forced: true },
      { secret: expect.objectContaining({ id: unused?.id }), forced: false },
    ]);
    const created = await admin.auditEvents(realm.name, { type: 'client.secret_created', client_id: client.clientId });
    expect(JSON.stringify([created, deleted])).not.toContain(secret);
  });

  it('rotation with grace lets the former ones live on for that long at most', async () => {
    const client = await admin.createServiceClient(realm.name);
    const other = await create(client, { expires_at: '2999-01-01T00:00:00Z' });
    const rotated = await admin.done<{ id: string; client_secret: string; others_expire_at: string }>(
      'POST',
      `/realms/${realm.name}/clients/${client.id}/client-secret`,
      { grace_seconds: 600 },
    );
    for (const secret of [client.secret, other.secret, rotated.client_secret]) {
      expect(await statuses(client, secret)).toEqual([200]);
    }
    expect((await list(client)).data.map(({ id, expires_at }) => [id === rotated.id, expires_at])).toEqual([
      [false, rotated.others_expire_at],
      [false, rotated.others_expire_at],
      [true, null],
    ]);
  });

  it('refuses what makes no sense, and says where', async () => {
    const client = await admin.createServiceClient(realm.name);
    for (const [body, pointer] of [
      [{ name: '' }, '/name'],
      [{ name: '   ' }, '/name'],
      [{ expires_at: '2020-01-01T00:00:00Z' }, '/expires_at'],
      [{ expires_at: 'soon' }, '/expires_at'],
      [{ expires_at: '2999-02-30T00:00:00Z' }, '/expires_at'],
      [{ secret: 'my own' }, '/secret'],
    ] as const) {
      expectInvalidMember(await admin.ask('POST', path(client), body), pointer);
    }
    expectProblem(await admin.ask('DELETE', `${path(client)}/x`), 404);
    expectProblem(await admin.ask('DELETE', `${path(client)}/${client.id}`), 404);
    expectProblem(await admin.ask('DELETE', `${path(client)}/${client.id}?force=yes`), 422);
    const open = await admin.done<{ id: string }>('POST', `/realms/${realm.name}/clients`, {
      name: 'App',
      client_type: 'public',
    });
    expectProblem(await admin.ask('POST', `/realms/${realm.name}/clients/${open.id}/secrets`, {}), 409);
    expectProblem(await admin.ask('POST', `/realms/${realm.name}/clients/${open.id}/client-secret`, {}), 409);
    const none = await admin.done<Page<SecretBody>>('GET', `/realms/${realm.name}/clients/${open.id}/secrets`);
    expect(none).toEqual({ data: [], page: { next_cursor: null, total: 0 } });
  });

  it('knows no secret of another client or of another realm', async () => {
    const [mine, theirs] = [
      await admin.createServiceClient(realm.name),
      await admin.createServiceClient((await admin.createRealm()).name),
    ];
    const [secret] = (await list(theirs)).data;
    const elsewhere = `/realms/${realm.name}/clients/${theirs.id}/secrets`;
    expectProblem(await admin.ask('GET', elsewhere), 404);
    expectProblem(await admin.ask('POST', elsewhere, {}), 404);
    for (const owner of [path(mine), elsewhere]) {
      expectProblem(await admin.ask('DELETE', `${owner}/${secret?.id ?? ''}?force=true`), 404);
    }
    expect(await statuses(theirs, theirs.secret)).toEqual([200]);
  });
});
