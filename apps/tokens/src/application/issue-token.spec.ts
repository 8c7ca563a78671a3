import { beforeEach, describe, expect, it } from '@jest/globals';
import { UserSnapshot, userSnapshotKey } from '#contracts';
import { decodeProtectedHeader } from 'jose';
import { ID, World } from '../testing/world.js';

let world: World;
beforeEach(() => {
  world = new World();
});

const refusal = (request = world.request()) => world.refusal(request);

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
      resource_access: {
        billing: { roles: ['reader'], permissions: ['invoices:read'] },
        'realm-management': { roles: [], permissions: ['manage_clients', 'view_clients', 'own:thing'] },
      },
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
    expect(world.audit.events).toHaveLength(1);
    expect(world.audit.events[0]).toMatchObject({
      type: 'token.refused',
      reason: 'unknown_realm',
      realm,
      realm_id: null,
      details: { error: 'not_found' },
    });
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

describe('a request that the gateway cannot read', () => {
  const fault = { reason: 'malformed_form', detail: 'A parameter is included more than once.' } as const;

  it('is refused in the gateway’s words, after a record that names the client it claims to be', async () => {
    const error = await refusal({ ...world.request(), parameters: {}, fault });
    expect(error).toMatchObject({ code: 'invalid_request', detail: fault.detail, reason: fault.reason });
    expect(world.audit.events).toEqual([
      expect.objectContaining({
        type: 'token.refused',
        reason: 'malformed_form',
        realm: 'acme',
        realm_id: ID.realm,
        client_id: 'app',
        actor: { kind: 'anonymous', id: null, client_id: 'app' },
      }),
    ]);
  });

  it('of nobody is recorded too, and of an unknown realm under that', async () => {
    await refusal({ ...world.request(), authorization: null, parameters: {}, fault });
    expect(await refusal({ ...world.request(), realm: 'nowhere', fault })).toMatchObject({ code: 'not_found' });
    expect(world.audit.events).toMatchObject([
      { reason: 'malformed_form', client_id: null },
      { reason: 'unknown_realm', realm: 'nowhere', realm_id: null },
    ]);
  });
});

describe('a request that does not tell in one way who it is', () => {
  it.each([
    ['multiple_client_authentication_methods', { client_id: 'app', client_secret: 's' }],
    ['client_id_mismatch', { client_id: 'other' }],
  ])('%s: is found in the log by the client that it claims to be', async (reason, parameters) => {
    expect(await refusal(world.request(parameters))).toMatchObject({ code: 'invalid_request', reason });
    expect(world.audit.events).toMatchObject([
      { type: 'token.refused', reason, client_id: 'app', actor: { kind: 'anonymous', id: null, client_id: 'app' } },
    ]);
  });
});
