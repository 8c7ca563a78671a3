import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, type RealmBody, type TestClient } from './support/administrator.js';
import { expectProblem } from './support/http.js';
import { clientCredentials, tokenOf } from './support/protocol.js';

describe('retention of the audit log', () => {
  let admin: Administrator;
  let realm: RealmBody;
  let other: RealmBody;
  let client: TestClient;
  let path: string;
  const tomorrow = (): string => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const holder = async (role: string): Promise<Administrator> => {
    const account = await admin.createServiceClient(realm.name);
    await admin.assignRole(account, role);
    return new Administrator(tokenOf(await clientCredentials(account)).token);
  };

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    other = await admin.createRealm();
    client = await admin.createServiceClient(realm.name);
    path = `/realms/${realm.name}/audit/retention`;
  });

  it('is for ever until somebody decides', async () => {
    const answer = await admin.ask('GET', path);
    expect(answer.body).toEqual({ data: { retention: 'forever', effective_from: null, in_force: 'forever' } });
    expect(answer.headers.get('etag')).toBe('"0"');
    expect((await admin.ask('GET', path, undefined, { headers: { 'if-none-match': '"0"' } })).status).toBe(304);
  });

  it('is decided from the next day on, with a record of before and after', async () => {
    const answer = await admin.ask('PUT', path, { retention: '90d' }, { headers: { 'if-match': '"0"' } });
    const decided = { retention: '90d', effective_from: tomorrow(), in_force: 'forever' };
    expect([answer.status, answer.body, answer.headers.get('etag')]).toEqual([200, { data: decided }, '"1"']);
    expect(await admin.done('GET', path)).toEqual({ data: decided });
    const [event] = await admin.auditEvents(realm.name, { type: 'audit.retention_changed' });
    expect(event).toMatchObject({
      outcome: 'success',
      actor: { kind: 'user', client_id: 'admin-cli' },
      target: { kind: 'realm', id: realm.id },
      details: { changes: { retention: { before: 'forever', after: '90d' } }, effective_from: decided.effective_from },
    });
    const { jti } = tokenOf(await clientCredentials(client)).claims;
    expect(await admin.auditEvents(realm.name, { jti })).toHaveLength(1);
  });

  it('refuses a change of what was changed since', async () => {
    expectProblem(await admin.ask('PUT', path, { retention: '1y' }, { headers: { 'if-match': '"7"' } }), 412);
  });

  it.each([
    ['no member', {}],
    ['a class that does not exist', { retention: '5m' }],
    ['a number of days', { retention: 90 }],
    ['null', { retention: null }],
    ['an unknown member', { retention: '1y', now: true }],
    ['a list', []],
  ])('refuses %s and says where', async (_name, body) => {
    const answer = await admin.ask('PUT', path, body);
    expect([400, 422]).toContain(answer.status);
    expectProblem(answer, answer.status);
  });

  it('refuses a query', async () => {
    for (const method of ['GET', 'PUT']) {
      expectProblem(
        await admin.ask(method, `${path}?force=true`, method === 'PUT' ? { retention: '1y' } : undefined),
        422,
      );
    }
  });

  it('is read by who may view events and decided by those who manage events, in their own realm', async () => {
    const viewer = await holder('viewer');
    expect((await viewer.ask('GET', path)).status).toBe(200);
    expectProblem(await viewer.ask('PUT', path, { retention: '1y' }), 403);
    const owner = await holder('admin');
    expect((await owner.ask('PUT', path, { retention: '3y' })).status).toBe(200);
    for (const method of ['GET', 'PUT']) {
      const body = method === 'PUT' ? { retention: '30d' } : undefined;
      const answer = await owner.ask(method, `/realms/${other.name}/audit/retention`, body);
      expectProblem(answer, answer.status);
      expect([401, 403, 404]).toContain(answer.status);
    }
    expect((await admin.ask('GET', `/realms/${other.name}/audit/retention`)).body).toMatchObject({
      data: { retention: 'forever' },
    });
  });
});
