import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Administrator,
  unique,
  type AuditEventBody,
  type Page,
  type RealmBody,
  type TestClient,
} from './support/administrator.js';
import { expectProblem } from './support/http.js';
import { clientCredentials, requestToken, tokenOf } from './support/protocol.js';
import { shape } from './support/shape.js';

describe('audit', () => {
  let admin: Administrator;
  let realm: RealmBody;
  let client: TestClient;
  let events: string;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    client = await admin.createServiceClient(realm.name);
    events = `/realms/${realm.name}/audit/events`;
  });

  it('finds every jti that was issued (G1)', async () => {
    const answers = await Promise.all(
      shape().baseUrls.flatMap((base) => Array.from({ length: 25 }, () => clientCredentials(client, {}, { base }))),
    );
    for (const { jti, sub } of answers.map((answer) => tokenOf(answer).claims)) {
      const found = await admin.auditEvents(realm.name, { jti });
      expect(found.map(({ type, client_id, subject_id }) => ({ type, client_id, subject_id }))).toEqual([
        { type: 'token.issued', client_id: client.clientId, subject_id: sub },
      ]);
    }
  });

  it('shows the whole event, alone and in the list', async () => {
    const answer = await requestToken(realm.name, {
      headers: { 'user-agent': 'a test/1.0', 'x-request-id': 'request-of-a-test' },
      form: { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.secret },
    });
    const { claims } = tokenOf(answer);
    const [event] = await admin.auditEvents(realm.name, { jti: claims.jti });
    expect(event).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      realm: realm.name,
      realm_id: realm.id,
      type: 'token.issued',
      outcome: 'success',
      reason: null,
      time: expect.stringMatching(/Z$/),
      actor: expect.objectContaining({ client_id: client.clientId }),
      client_id: client.clientId,
      subject_id: claims.sub,
      jti: claims.jti,
      target: event?.['target'],
      ip: expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
      user_agent: 'a test/1.0',
      request_id: 'request-of-a-test',
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      details: expect.any(Object),
    });
    expect(await admin.done('GET', `${events}/${event?.id ?? ''}`)).toEqual({ data: event });
  });

  it('records refusals with their true reason, which the client never sees', async () => {
    const disabled = await admin.createServiceClient(realm.name, { enabled: false });
    const unknown = unique('unknown');
    await clientCredentials({ ...client, secret: 'wrong' });
    await clientCredentials({ ...client, clientId: unknown });
    await clientCredentials(disabled);
    await clientCredentials(client, { scope: 'manage_realm' });
    const reasonOf = async (clientId: string, count: number): Promise<readonly (string | null)[]> => {
      const found = await admin.auditEvents(realm.name, { client_id: clientId, outcome: 'failure' }, count);
      return found.map(({ reason }) => reason);
    };
    // Each failed authentication has an event of its own beside that of the refusal.
    const wrong = await reasonOf(client.clientId, 3);
    const nobody = await reasonOf(unknown, 2);
    const off = await reasonOf(disabled.clientId, 2);
    expect(new Set([...wrong, ...nobody, ...off]).size).toBe(4);
    for (const reason of [...wrong, ...nobody, ...off]) expect(reason).toMatch(/^[a-z_]+$/);
    const refused = await admin.auditEvents(realm.name, { type: 'token.refused' }, 4);
    expect(refused.every(({ outcome, jti }) => outcome === 'failure' && jti === null)).toBe(true);
  });

  it('records a refused sign-in of an administrator in master', async () => {
    const username = unique('intruder');
    const before = new Date().toISOString();
    await requestToken('master', {
      form: { grant_type: 'password', client_id: 'admin-cli', username, password: 'guess' },
    });
    const found = await admin.auditEvents('master', { type: 'token.refused', client_id: 'admin-cli', from: before });
    expect(found[0]).toMatchObject({ outcome: 'failure', reason: expect.stringMatching(/^[a-z_]+$/) });
  });

  it('shows no realm what was asked of a realm that does not exist', async () => {
    const ghost = unique('ghost');
    expect((await clientCredentials({ ...client, realm: ghost })).status).toBe(404);
    const page = await admin.done<Page<AuditEventBody>>('GET', `${events}?client_id=${client.clientId}&limit=200`);
    expect(page.data.filter((event) => event['realm'] !== realm.name)).toEqual([]);
  });

  it('records every administrative change with its actor and what changed', async () => {
    const changed = await admin.createServiceClient(realm.name);
    const path = `/realms/${realm.name}/clients/${changed.id}`;
    await admin.done('PATCH', path, { name: 'Another name' });
    await admin.done('POST', `${path}/client-secret`, { grace_seconds: 0 });
    const unassign = await admin.assignRole(changed, 'viewer');
    await unassign();
    await admin.done('DELETE', path);
    for (const type of ['client.created', 'client.updated', 'client.secret_rotated', 'client.deleted']) {
      const found = await admin.auditEvents(realm.name, { type, client_id: changed.clientId });
      expect(found[0]).toMatchObject({
        outcome: 'success',
        actor: { kind: 'user', client_id: 'admin-cli' },
        target: { kind: 'client', id: changed.id },
        ip: expect.any(String),
      });
    }
    const [updated] = await admin.auditEvents(realm.name, { type: 'client.updated', client_id: changed.clientId });
    expect(updated).toMatchObject({
      details: { changes: { name: { before: expect.any(String), after: 'Another name' } } },
    });
    for (const type of ['role.assigned', 'role.unassigned', 'realm.created'])
      await admin.auditEvents(realm.name, { type });
  });

  it('filters and pages, newest first', async () => {
    const busy = await admin.createServiceClient(realm.name);
    for (let n = 0; n < 5; n += 1) await clientCredentials(busy);
    const all = await admin.auditEvents(realm.name, { client_id: busy.clientId, type: 'token.issued' }, 5);
    const times = all.map((event) => String(event['time']));
    expect(times).toEqual([...times].sort().reverse());
    const seen: string[] = [];
    let cursor: string | null = '';
    do {
      const query = new URLSearchParams({ client_id: busy.clientId, type: 'token.issued', limit: '2', cursor });
      const page: Page<AuditEventBody> = await admin.done('GET', `${events}?${query.toString()}`);
      expect(page.page.total).toBe(5);
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.page.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(all.map(({ id }) => id));
    const [newest, oldest] = [times[0] ?? '', times[4] ?? ''];
    const count = async (query: Record<string, string>) =>
      (
        await admin.done<Page<AuditEventBody>>(
          'GET',
          `${events}?${new URLSearchParams({ client_id: busy.clientId, type: 'token.issued', ...query }).toString()}`,
        )
      ).data.length;
    expect(await count({ from: oldest })).toBe(5);
    expect(await count({ to: oldest })).toBe(0);
    expect(await count({ from: newest })).toBe(times.filter((time) => time === newest).length);
    expect(await count({ subject_id: String(all[0]?.['subject_id']) })).toBe(5);
    expect(await count({ subject_id: 'somebody-else' })).toBe(0);
    expect(await count({ outcome: 'failure' })).toBe(0);
    expect(await count({ ip: String(all[0]?.['ip']) })).toBe(5);
    expect(await count({ ip: '192.0.2.99' })).toBe(0);
  });

  it('answers 404 to an event of nobody', async () => {
    expectProblem(await admin.ask('GET', `${events}/0197c1f0-0000-7000-8000-000000000001`), 404);
    expectProblem(await admin.ask('GET', `${events}/x`), 404);
  });

  it('holds no secret, token or password, whatever is sent', async () => {
    const marked = 'MARKED-SECRET-VALUE';
    const secrets = [marked, client.secret, admin.token, shape().adminPassword];
    const issued = tokenOf(await clientCredentials(client));
    secrets.push(issued.token, issued.token.split('.')[2] ?? '');
    await clientCredentials({ ...client, secret: marked });
    await requestToken(realm.name, {
      form: { grant_type: 'client_credentials', client_id: client.clientId, client_secret: marked },
    });
    await requestToken(realm.name, {
      form: {
        grant_type: 'password',
        client_id: client.clientId,
        client_secret: client.secret,
        username: 'x',
        password: marked,
      },
    });
    await requestToken('master', {
      form: { grant_type: 'password', client_id: 'admin-cli', username: 'x', password: marked },
    });
    const rotated = await admin.done<{ client_secret: string }>(
      'POST',
      `/realms/${realm.name}/clients/${client.id}/client-secret`,
      {},
    );
    secrets.push(rotated.client_secret);
    await admin.auditEvents(realm.name, { type: 'client.secret_rotated', client_id: client.clientId });
    for (const path of [events, '/realms/master/audit/events']) {
      let cursor: string | null = '';
      // The newest are enough: everything above has just happened.
      for (let page = 0; page < 4 && cursor !== null; page += 1) {
        const answer = await admin.ask('GET', `${path}?limit=200&cursor=${encodeURIComponent(cursor)}`);
        expect(answer.status).toBe(200);
        for (const secret of secrets) expect(answer.text.includes(secret)).toBe(false);
        cursor = (answer.body as Page<AuditEventBody>).page.next_cursor;
      }
    }
  });
});
