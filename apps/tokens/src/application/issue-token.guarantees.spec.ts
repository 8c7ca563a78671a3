import { beforeEach, describe, expect, it } from '@jest/globals';
import { AssignmentsSnapshot, assignmentsSnapshotKey, REALM_SCOPE } from '#contracts';
import { AppError } from '#errors';
import { ID, World } from '../testing/world.js';

let world: World;
beforeEach(() => {
  world = new World();
});
const refusal = (request = world.request()) => world.refusal(request);

describe('the record (G1)', () => {
  it('is durable before the token leaves', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    world.audit.onPublish = () => held;
    let answered = false;
    const issuing = world.issue().then(() => (answered = true));
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answered).toBe(false);
    release();
    await issuing;
    expect(answered).toBe(true);
  });

  it('tells who got which token and how', async () => {
    const claims = await world.claims(world.request({ scope: 'invoices:read' }));
    const facts = { outcome: 'success', reason: null, realm_id: ID.realm, client_id: 'app', ip: '192.0.2.1' };
    expect(world.audit.events).toEqual([
      expect.objectContaining({
        ...{ ...facts, type: 'client.authenticated', subject_id: null, jti: null },
        actor: { kind: 'client', id: ID.client, client_id: 'app' },
        details: expect.objectContaining({ auth_method: 'client_secret_basic', secret_id: ID.secret }),
      }),
      expect.objectContaining({
        ...facts,
        type: 'token.issued',
        realm: 'acme',
        time: '2026-03-01T12:00:00.000Z',
        actor: { kind: 'service_account', id: ID.account, client_id: 'app' },
        subject_id: ID.account,
        jti: claims['jti'],
        details: expect.objectContaining({
          grant_type: 'client_credentials',
          auth_method: 'client_secret_basic',
          secret_id: ID.secret,
          scope: 'invoices:read',
          audience: ['billing'],
          permissions: { billing: ['invoices:read'] },
          kid: expect.any(String),
          lifetime: 300,
          expires_at: claims['exp'],
        }),
      }),
    ]);
  });

  it('tells that the client authenticated, whatever came of it, and not a thousand times in a minute', async () => {
    await refusal(world.request({ scope: 'not-held' }));
    for (let more = 0; more < 100; more += 1) await world.issue();
    const count = (type: string) => world.audit.events.filter((event) => event.type === type).length;
    expect([count('token.refused'), count('token.issued'), count('client.authenticated')]).toEqual([1, 100, 10]);
    expect(world.audit.events.slice(0, 2)).toMatchObject([
      { type: 'client.authenticated', outcome: 'success', reason: null },
      { type: 'token.refused', reason: 'scope_not_held' },
    ]);
  });

  it('tells nothing of the kind of a public client, which proves nothing', async () => {
    await world.issue(world.passwordRequest());
    expect(world.audit.events.map(({ type }) => type)).toEqual(['user.authenticated', 'token.issued']);
  });

  it('tells of a refusal with the reason that the client does not learn', async () => {
    await refusal(world.request({}, { authorization: world.basic('app', 'wrong') }));
    const facts = {
      outcome: 'failure',
      reason: 'wrong_secret',
      actor: { kind: 'anonymous', id: null, client_id: 'app' },
      client_id: 'app',
    };
    expect(world.audit.events).toEqual([
      expect.objectContaining({
        ...facts,
        type: 'client.authenticated',
        details: { grant_type: 'client_credentials', auth_method: 'client_secret_basic', secret_id: null },
      }),
      expect.objectContaining({
        ...facts,
        type: 'token.refused',
        details: expect.objectContaining({ error: 'invalid_client', auth_method: 'client_secret_basic' }),
      }),
    ]);
  });

  it.each(['unavailable', 'deadline_exceeded', 'internal'] as const)(
    'that cannot be made (%s) → unavailable, for a token as for a refusal',
    async (code) => {
      world.audit.failure = new AppError(code);
      const failed = { code: 'unavailable', reason: 'audit_record_failed' };
      expect(await refusal()).toMatchObject(failed);
      expect(await refusal(world.request({}, { authorization: world.basic('app', 'wrong') }))).toMatchObject(failed);
      expect(world.observer.missingRecords).toBe(2);
      expect(world.observer.issuedCount).toBe(0);
    },
  );

  it('holds no secret, password or token, nor does the log', async () => {
    const { access_token } = await world.issue();
    const signedIn = await world.issue(world.passwordRequest());
    const wrong = 'marked-wrong-secret';
    await refusal(world.request({}, { authorization: world.basic('app', wrong) }));
    await refusal(world.request({ client_id: 'app', client_secret: wrong }, { authorization: null }));
    await refusal(world.request({ client_secret: wrong }));
    await refusal(world.passwordRequest({ password: wrong }));
    world.repository.failure = new Error('database away');
    world.realm({}, { defaultSigningAlgorithm: 'EdDSA' });
    await refusal();
    const written = JSON.stringify([world.audit.events, world.logger.lines, world.repository.events]);
    for (const marked of [world.secret, world.password, wrong, access_token, signedIn.access_token]) {
      expect(written).not.toContain(marked);
    }
    expect(written).not.toContain(Buffer.from(`app:${wrong}`).toString('base64'));
  });
});

describe('freshness (G2) and cost', () => {
  it('a warm request takes one round trip of snapshots and asks the key store nothing', async () => {
    await world.issue();
    const queries = world.repository.queries;
    world.snapshots.roundTrips = 0;
    world.snapshots.reads.length = 0;
    await world.issue();
    expect(world.snapshots.roundTrips).toBe(1);
    expect(world.snapshots.reads).toHaveLength(7);
    expect(world.repository.queries).toBe(queries);
  });

  it('a hint that no longer fits costs reads, never freshness', async () => {
    await world.issue();
    const account = '00000000-0000-7000-8000-0000000000aa';
    world.client({ serviceAccountUserId: account });
    world.user({ id: account, clientId: ID.client });
    world.assign(account, [{ roleId: ID.reader, scope: ID.api }]);
    expect(await world.claims()).toMatchObject({ sub: account, permissions: ['invoices:read'] });
    world.snapshots.set(AssignmentsSnapshot, assignmentsSnapshotKey(ID.realm, account), null);
    expect(await world.claims()).toMatchObject({ sub: account, permissions: [] });
  });

  it('a realm made again under the same name has nothing of the old one', async () => {
    await world.issue();
    world.realm({ id: ID.otherRealm });
    expect((await refusal()).code).toBe('invalid_client');
  });

  it('assignments and scopes of another subject or realm give nothing', async () => {
    world.snapshots.set(AssignmentsSnapshot, assignmentsSnapshotKey(ID.realm, ID.account), {
      realmId: ID.realm,
      subjectId: ID.alice,
      roles: [{ roleId: ID.admin, scope: REALM_SCOPE }],
    });
    expect((await world.issue()).scope).toBe('');
  });

  it('snapshots away → unavailable', async () => {
    world.snapshots.failure = new AppError('unavailable');
    expect((await refusal()).code).toBe('unavailable');
    expect(world.audit.events).toEqual([]);
  });
});
