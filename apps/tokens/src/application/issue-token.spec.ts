import { beforeEach, describe, expect, it } from '@jest/globals';
import { AssignmentsSnapshot, assignmentsSnapshotKey, REALM_SCOPE, UserSnapshot, userSnapshotKey } from '#contracts';
import { AppError } from '#errors';
import { decodeProtectedHeader } from 'jose';
import { ID, World } from '../testing/world.js';

let world: World;
beforeEach(() => {
  world = new World();
});

async function refusal(request = world.request()): Promise<AppError> {
  try {
    await world.issue(request);
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown;
    throw thrown;
  }
  throw new Error('was not refused');
}

describe('the answer', () => {
  it('RFC 6749 §5.1: access_token, token_type, expires_in and scope; no refresh token', async () => {
    const answer = await world.issue();
    expect(Object.keys(answer).toSorted()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
    expect(answer).toMatchObject({
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'manage_clients view_clients own:thing invoices:read',
    });
  });

  it('RFC 9068 §2: header and claims', async () => {
    const { access_token } = await world.issue();
    const key = (await world.repository.list(ID.realm))[0];
    expect(decodeProtectedHeader(access_token)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: key?.kid });
    expect(await world.claims()).toEqual({
      iss: 'https://id.example/realms/acme',
      iat: 1_772_366_400,
      exp: 1_772_366_700,
      aud: ['realm-management', 'billing'],
      sub: ID.account,
      client_id: 'app',
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      scope: 'manage_clients view_clients own:thing invoices:read',
      realm_access: { roles: ['admin'] },
      resource_access: { billing: { roles: ['reader'] } },
      permissions: ['manage_clients', 'view_clients', 'own:thing', 'invoices:read'],
    });
  });

  it.each(['ES256', 'RS256', 'EdDSA'] as const)('signs with the algorithm of the realm: %s', async (algorithm) => {
    world.realm({}, { defaultSigningAlgorithm: algorithm });
    const { access_token } = await world.issue();
    expect(decodeProtectedHeader(access_token).alg).toBe(algorithm);
    await expect(
      world.evaluateBearer.execute({ token: access_token, targetRealm: 'acme' }, world.context()),
    ).resolves.toMatchObject({ principal: { subjectId: ID.account } });
  });

  it('RFC 9068 §3: without any permission the audience is the issuer', async () => {
    world.assign(ID.account, []);
    const claims = await world.claims();
    expect(claims).toMatchObject({ aud: 'https://id.example/realms/acme', scope: '', permissions: [] });
  });

  it("lives as long as the client's override, else the realm's", async () => {
    world.realm({}, { accessTokenLifetimeSeconds: 60 });
    expect((await world.issue()).expires_in).toBe(60);
    world.client({ accessTokenLifetimeSeconds: 3_600 });
    const claims = await world.claims();
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(3_600);
  });

  it('gives every token a jti of its own', async () => {
    const jtis = await Promise.all(Array.from({ length: 20 }, async () => (await world.claims())['jti']));
    expect(new Set(jtis).size).toBe(20);
  });
});

describe('scope and resource', () => {
  it('RFC 6749 §3.3: scope narrows permissions, audience and role names', async () => {
    expect(await world.claims(world.request({ scope: 'invoices:read' }))).toMatchObject({
      aud: 'billing',
      scope: 'invoices:read',
      permissions: ['invoices:read'],
      realm_access: { roles: [] },
      resource_access: {},
    });
  });

  it('a scope that names everything narrows nothing', async () => {
    const scope = 'own:thing invoices:read view_clients manage_clients view_clients';
    expect(await world.claims(world.request({ scope }))).toMatchObject({
      realm_access: { roles: ['admin'] },
      resource_access: { billing: { roles: ['reader'] } },
    });
  });

  it.each(['invoices:write', 'invoices:read openid', 'manage_realm', ' invoices:read'])(
    'RFC 6749 §5.2: scope %j that is not held → invalid_scope',
    async (scope) => {
      expect((await refusal(world.request({ scope }))).code).toBe('invalid_scope');
    },
  );

  it('RFC 8707 §2: resource restricts the token to the named APIs', async () => {
    expect(await world.claims(world.request({}, { resources: ['billing'] }))).toMatchObject({
      aud: 'billing',
      permissions: ['invoices:read'],
      realm_access: { roles: [] },
      resource_access: { billing: { roles: ['reader'] } },
    });
  });

  it('RFC 8707 §2.2: scope is read within the named resources', async () => {
    const request = world.request({ scope: 'view_clients' }, { resources: ['billing'] });
    expect((await refusal(request)).code).toBe('invalid_scope');
  });

  it.each(['app', 'nobody', 'Billing', 'https://billing.example/#x'])(
    'RFC 8707 §2: resource %j without a role there → invalid_target',
    async (resource) => {
      expect((await refusal(world.request({}, { resources: [resource] }))).code).toBe('invalid_target');
    },
  );
});

describe('client authentication', () => {
  it('takes client_secret_post too', async () => {
    const parameters = { client_id: 'app', client_secret: world.secret };
    await expect(world.issue(world.request(parameters, { authorization: null }))).resolves.toBeDefined();
  });

  it('an unknown client, a wrong secret, a disabled client and a wrong method get one answer', async () => {
    const answers = [
      await refusal(world.request({}, { authorization: world.basic('nobody', 'x') })),
      await refusal(world.request({}, { authorization: world.basic('app', 'wrong') })),
      await refusal(world.request({}, { authorization: world.basic('admin-cli', 'x') })),
      await refusal(world.request({ client_id: 'app' }, { authorization: null })),
      await refusal(world.request({}, { authorization: world.basic('n'.repeat(300), 'x') })),
    ];
    world.client({ enabled: false });
    answers.push(await refusal());
    for (const answer of answers) {
      expect(answer).toMatchObject({ code: 'invalid_client', message: 'Client authentication failed.' });
    }
    expect(answers.map((answer) => answer.reason)).toEqual([
      'unknown_client',
      'wrong_secret',
      'public_client_with_secret',
      'secret_missing',
      'unknown_client',
      'client_disabled',
    ]);
  });

  it('fails closed when the snapshot is not of this realm or client', async () => {
    world.client({ realmId: ID.otherRealm });
    expect((await refusal()).code).toBe('invalid_client');
  });

  it('overlapping secrets all work until each expires', async () => {
    const stored = world.client().secrets[0];
    if (stored === undefined) throw new Error('no secret');
    const other = { id: ID.api, sha256: 'x'.repeat(43), expiresAt: null };
    world.client({ secrets: [other, { ...stored, expiresAt: '2026-03-01T12:00:01.000Z' }] });
    await expect(world.issue()).resolves.toBeDefined();
    world.clock.advance(1_000);
    expect(await refusal()).toMatchObject({ code: 'invalid_client', reason: 'secret_expired' });
    expect(world.audit.events.at(-1)?.details['secret_id']).toBe(ID.secret);
  });
});

describe('realm', () => {
  it.each(['nowhere', 'a/b', '../x', '__proto__'])('%j → not_found', async (realm) => {
    expect((await refusal(world.request({}, { realm }))).code).toBe('not_found');
  });

  it('a disabled realm issues nothing', async () => {
    world.realm({ enabled: false });
    expect(await refusal()).toMatchObject({ code: 'unauthorized_client', reason: 'realm_disabled' });
  });

  it('tells about the realm before anything about the client', async () => {
    expect((await refusal(world.request({}, { realm: 'nowhere', authorization: 'Bearer x' }))).code).toBe('not_found');
  });
});

describe('client_credentials', () => {
  it.each<[string, Parameters<World['client']>[0] & object]>([
    ['a public client', { publicClient: true, clientType: 'public', secrets: [] }],
    ['a system client', { clientType: 'system' }],
    ['a client without service account', { serviceAccountEnabled: false }],
  ])('RFC 6749 §4.4 MUST only be used by confidential clients: %s → unauthorized_client', async (_what, changes) => {
    world.client(changes);
    const publicly = 'publicClient' in changes;
    const request = publicly ? world.request({ client_id: 'app' }, { authorization: null }) : world.request();
    expect((await refusal(request)).code).toBe('unauthorized_client');
  });

  it('realm-management uses no grant', async () => {
    world.client({ clientId: 'realm-management', directAccessGrantsEnabled: true });
    const authorization = world.basic('realm-management', world.secret);
    expect((await refusal(world.request({}, { authorization }))).code).toBe('unauthorized_client');
  });

  it.each([
    ['disabled', { enabled: false }, 'service_account_disabled'],
    ["another client's", { clientId: ID.api }, 'service_account_missing'],
    ['a person', { clientId: null }, 'service_account_missing'],
  ])('a service account that is %s → unauthorized_client', async (_what, changes, reason) => {
    world.user({ id: ID.account, clientId: ID.client, ...changes });
    expect(await refusal()).toMatchObject({ code: 'unauthorized_client', reason });
  });

  it('a missing service account → unauthorized_client', async () => {
    world.snapshots.set(UserSnapshot, userSnapshotKey(ID.realm, ID.account), null);
    expect((await refusal()).code).toBe('unauthorized_client');
    world.client({ serviceAccountUserId: null });
    expect((await refusal()).code).toBe('unauthorized_client');
  });

  it.each([
    ['', 'invalid_request'],
    ['authorization_code', 'unsupported_grant_type'],
  ])('RFC 6749 §5.2: grant_type %j → %s', async (grant_type, code) => {
    expect((await refusal(world.request({ grant_type }))).code).toBe(code);
  });
});

describe('password', () => {
  it('issues for the user, to a public client', async () => {
    world.assign(ID.alice, [{ roleId: ID.admin, scope: REALM_SCOPE }]);
    expect(await world.claims(world.passwordRequest())).toMatchObject({
      sub: ID.alice,
      client_id: 'admin-cli',
      aud: 'realm-management',
    });
  });

  it('one answer for everything about the user', async () => {
    const answers = [
      await refusal(world.passwordRequest({ username: 'nobody' })),
      await refusal(world.passwordRequest({ password: 'wrong' })),
      await refusal(world.passwordRequest({ password: 'x'.repeat(1_025) })),
    ];
    world.user({ id: ID.alice, enabled: false });
    answers.push(await refusal(world.passwordRequest()));
    world.user({ id: ID.alice, clientId: ID.client });
    answers.push(await refusal(world.passwordRequest()));
    world.snapshots.set(UserSnapshot, userSnapshotKey(ID.realm, ID.alice), null);
    answers.push(await refusal(world.passwordRequest()));
    expect(new Set(answers.map(({ code, message }) => `${code}: ${message}`))).toEqual(
      new Set(['invalid_grant: The username or password is not valid.']),
    );
  });

  it('only for clients with direct access grants, and before a password is looked at', async () => {
    const request = world.passwordRequest({ client_id: '' }, { authorization: world.basic('app', world.secret) });
    expect((await refusal(request)).code).toBe('unauthorized_client');
    expect(world.messages.calls).toEqual([]);
  });

  it.each(['username', 'password'])('RFC 6749 §4.3.2: a missing %s → invalid_request', async (name) => {
    expect((await refusal(world.passwordRequest({ [name]: '' }))).code).toBe('invalid_request');
  });

  it('identity away → unavailable, and no record of a refusal', async () => {
    world.messages.answer = () => {
      throw new AppError('unavailable');
    };
    expect((await refusal(world.passwordRequest())).code).toBe('unavailable');
    expect(world.audit.events).toEqual([]);
  });

  it('records the sign-in beside the token, and names a user only when there is one', async () => {
    await world.issue(world.passwordRequest());
    await refusal(world.passwordRequest({ password: 'wrong' }));
    await refusal(world.passwordRequest({ username: 'typed-my-password-here' }));
    expect(
      world.audit.events.map(({ type, outcome, subject_id, reason }) => [type, outcome, subject_id, reason]),
    ).toEqual([
      ['user.authenticated', 'success', ID.alice, null],
      ['token.issued', 'success', ID.alice, null],
      ['user.authenticated', 'failure', ID.alice, 'wrong_password'],
      ['token.refused', 'failure', ID.alice, 'wrong_password'],
      ['user.authenticated', 'failure', null, 'unknown_user'],
      ['token.refused', 'failure', null, 'unknown_user'],
    ]);
    expect(world.audit.events[3]?.actor).toEqual({ kind: 'client', id: ID.cli, client_id: 'admin-cli' });
    expect(JSON.stringify(world.audit.events)).not.toContain('typed-my-password-here');
  });
});

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
    expect(world.audit.events).toEqual([
      expect.objectContaining({
        type: 'token.issued',
        outcome: 'success',
        reason: null,
        realm: 'acme',
        realm_id: ID.realm,
        time: '2026-03-01T12:00:00.000Z',
        actor: { kind: 'service_account', id: ID.account, client_id: 'app' },
        client_id: 'app',
        subject_id: ID.account,
        jti: claims['jti'],
        ip: '192.0.2.1',
        details: expect.objectContaining({
          grant_type: 'client_credentials',
          auth_method: 'client_secret_basic',
          secret_id: ID.secret,
          scope: 'invoices:read',
          audience: ['billing'],
        }),
      }),
    ]);
  });

  it('tells of a refusal with the reason that the client does not learn', async () => {
    await refusal(world.request({}, { authorization: world.basic('app', 'wrong') }));
    expect(world.audit.events).toEqual([
      expect.objectContaining({
        type: 'token.refused',
        outcome: 'failure',
        reason: 'wrong_secret',
        actor: { kind: 'anonymous', id: null, client_id: 'app' },
        client_id: 'app',
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
    world.clock.advance(60_000);
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
    expect(world.snapshots.reads).toHaveLength(6);
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
