import { GRANT_TYPES, type AuditEvent, type GrantType } from '#contracts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Administrator, unique, type TestClient } from './support/administrator.js';
import { eventsOf } from './support/audited.js';
import { Ground } from './support/change-ground.js';
import { CHANGING_ROUTES } from './support/changing-routes.js';
import { ask, expectOAuthError, type Answer, type Ask } from './support/http.js';
import { basic, clientCredentials, requestToken, tokenOf, tokenPath } from './support/protocol.js';
import { ROUTES } from './support/routes.js';
import { shape } from './support/shape.js';

/**
 * Routes that change nothing although their method could: what they answer is in the log of what they look at. Reading needs no
 * event; a route that hands out secrets would, and there is none.
 */
const LOOKS_ONLY = [
  'POST /realms/{realm}/clients/{id}/evaluate',
  'POST /realms/{realm}/roles/{id}/impact',
  'POST /realms/{realm}/plan',
];
/** Its grants are below, one by one. */
const TOKEN_ENDPOINT = 'POST /realms/{realm}/protocol/openid-connect/token';

const nameOf = ({ method, path }: { readonly method: string; readonly path: string }) => `${method} ${path}`;
const CHANGING = ROUTES.filter(({ method }) => method !== 'GET').map(nameOf);

/** Nothing that changes anything, and no grant, ends without a record: the lists come from the code. */
describe('what is recorded', () => {
  let admin: Administrator;
  let ground: Ground;
  let administratorId: string;
  let nobody: Administrator;
  let nobodyId: string;
  let service: TestClient;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    ground = await Ground.make(admin);
    service = await ground.client();
    // A permission that opens no door to a change.
    const looker = await ground.role(['view_events']);
    await admin.assignRole(service, looker.name);
    const answer = await clientCredentials(service);
    nobody = new Administrator(tokenOf(answer).token);
    nobodyId = String(tokenOf(answer).claims.sub);
    administratorId = JSON.parse(Buffer.from(admin.token.split('.')[1] ?? '', 'base64url').toString()).sub as string;
  });

  it('every route that changes something is tried here, and nothing else', () => {
    expect([...Object.keys(CHANGING_ROUTES), ...LOOKS_ONLY, TOKEN_ENDPOINT].toSorted()).toEqual(CHANGING.toSorted());
  });

  describe.each(Object.entries(CHANGING_ROUTES))('%s', (route, prepare) => {
    const [method = ''] = route.split(' ');

    it('tells who did it, to what, and what was before and is after', async () => {
      const { path, json, realm, events } = await prepare(ground);
      const requestId = randomUUID();
      await admin.done(method, path, json, { headers: { 'x-request-id': requestId, 'user-agent': 'a test/1.0' } });
      const found = await eventsOf(admin, realm, requestId, events.length);
      // What the product does by itself on the way (a realm's roles and keys) has its own events.
      const ofAdministrator = found.filter(({ actor }) => actor.kind !== 'system');
      expect(ofAdministrator.map(({ type }) => type).toSorted()).toEqual(events.map(({ type }) => type).toSorted());
      for (const expected of events) {
        const alike = ofAdministrator.filter(
          ({ type, client_id }) => type === expected.type && client_id === (expected.client_id ?? client_id),
        );
        expect(alike).toHaveLength(1);
        expect(alike[0]).toMatchObject({
          ...expected,
          outcome: 'success',
          reason: null,
          realm,
          realm_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          actor: { kind: 'user', id: administratorId, client_id: 'admin-cli' },
          ip: expect.any(String),
          user_agent: 'a test/1.0',
          trace_id: expect.any(String),
        });
      }
    });

    it('tells who was refused, and what it would have taken', async () => {
      const requestId = randomUUID();
      const path = route
        .slice(method.length + 1)
        .replace('{realm}', ground.realm)
        .replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-000000000000');
      expect((await nobody.ask(method, path, undefined, { headers: { 'x-request-id': requestId } })).status).toBe(403);
      const [event] = await eventsOf(admin, ground.realm, requestId, 1, { type: 'access.denied' });
      const needs = ROUTES.find((each) => nameOf(each) === route)?.needs;
      expect(needs?.length).toBeGreaterThan(0);
      expect(event).toMatchObject({
        outcome: 'failure',
        reason: expect.stringMatching(/^(permission_missing|wrong_realm)$/),
        actor: { kind: 'service_account', id: nobodyId, client_id: service.clientId },
        target: { kind: 'route', id: route.replaceAll(/\{(\w+)\}/g, ':$1') },
        details: { status: 403, needs, count: 1 },
      });
    });
  });

  /** What each grant takes: a new one does not compile until it is here. */
  const GRANTS: Readonly<Record<GrantType, { good(): Attempt; bad(): Attempt }>> = {
    client_credentials: {
      good: () => ({
        realm: ground.realm,
        send: (headers) => clientCredentials(service, {}, { headers }),
        client: service.clientId,
        types: ['token.issued'],
      }),
      bad: () => ({
        realm: ground.realm,
        send: (headers) => clientCredentials({ ...service, secret: 'wrong' }, {}, { headers }),
        client: service.clientId,
        types: ['client.authenticated', 'token.refused'],
        reason: 'wrong_secret',
      }),
    },
    password: {
      good: () => passwordAttempt(shape().adminPassword, ['token.issued', 'user.authenticated']),
      bad: () => ({ ...passwordAttempt('wrong', ['token.refused', 'user.authenticated']), reason: 'wrong_password' }),
    },
  };
  interface Attempt {
    readonly realm: string;
    readonly send: (headers: Record<string, string>) => Promise<Answer>;
    readonly client: string;
    readonly types: readonly string[];
    readonly reason?: string;
  }
  const passwordAttempt = (password: string, types: readonly string[]): Attempt => ({
    realm: 'master',
    send: (headers) =>
      requestToken('master', {
        headers,
        form: { grant_type: 'password', client_id: 'admin-cli', username: shape().adminUsername, password },
      }),
    client: 'admin-cli',
    types,
  });

  it('every grant that is offered is tried here', async () => {
    const metadata = await ask('GET', `/realms/${ground.realm}/.well-known/openid-configuration`);
    const { grant_types_supported: offered } = metadata.body as { grant_types_supported: string[] };
    expect([...offered].toSorted()).toEqual([...GRANT_TYPES].toSorted());
    expect(Object.keys(GRANTS).toSorted()).toEqual([...GRANT_TYPES].toSorted());
  });

  const attempt = async ({
    realm,
    send,
    types,
  }: Attempt): Promise<{ answer: Answer; events: readonly AuditEvent[] }> => {
    const requestId = randomUUID();
    const answer = await send({ 'x-request-id': requestId });
    const events = await eventsOf(admin, realm, requestId, types.length);
    expect(events.map(({ type }) => type).toSorted()).toEqual(types);
    return { answer, events };
  };

  describe.each(GRANT_TYPES)('the grant %s', (grant) => {
    it('tells of a token all that it is', async () => {
      const good = GRANTS[grant].good();
      const { answer, events } = await attempt(good);
      const { claims, header } = tokenOf(answer);
      const issued = events.find(({ type }) => type === 'token.issued');
      expect(issued).toMatchObject({
        outcome: 'success',
        jti: claims.jti,
        client_id: good.client,
        subject_id: claims.sub,
        actor: { id: claims.sub, client_id: good.client },
        details: {
          grant_type: grant,
          auth_method: expect.any(String),
          scope: claims['scope'],
          audience: [claims.aud].flat(),
          kid: header.kid,
          lifetime: Number(claims.exp) - Number(claims.iat),
          expires_at: claims.exp,
        },
      });
      const { permissions } = issued?.details as { permissions: Record<string, string[]> };
      expect(Object.values(permissions).flat().toSorted()).toEqual((claims['permissions'] as string[]).toSorted());
      const { secret_id } = issued?.details as { secret_id: string | null };
      expect(secret_id).toEqual(grant === 'client_credentials' ? expect.stringMatching(/^[0-9a-f-]{36}$/) : null);
    });

    it('tells of a refusal the reason, which the caller does not learn', async () => {
      const bad = GRANTS[grant].bad();
      const { answer, events } = await attempt(bad);
      expect([400, 401]).toContain(answer.status);
      for (const event of events) {
        expect(event).toMatchObject({ outcome: 'failure', reason: bad.reason, client_id: bad.client, jti: null });
        expect(event.details).toMatchObject({ grant_type: grant });
      }
      expect(answer.text).not.toContain(bad.reason);
    });
  });

  it('tells that a client authenticated, also when its request is refused, and of many alike the first few', async () => {
    const client = await ground.client();
    const issued = tokenOf(await clientCredentials(client));
    expect((await clientCredentials(client, { scope: 'x' })).status).toBe(400);
    for (let more = 0; more < 40; more += 1) expect((await clientCredentials(client)).status).toBe(200);
    const found = await admin.auditEvents(ground.realm, {
      ...{ type: 'client.authenticated', outcome: 'success', client_id: client.clientId, limit: '200' },
    });
    // Ten of each instance in each minute: there may be two of both.
    expect(found.length).toBeGreaterThanOrEqual(2);
    expect(found.length).toBeLessThan(42);
    const tokens = await admin.auditEvents(ground.realm, { jti: String(issued.claims.jti) });
    const secretId = (tokens[0]?.details as { secret_id: string }).secret_id;
    for (const event of found) {
      expect(event).toMatchObject({
        ...{ reason: null, client_id: client.clientId, subject_id: null, jti: null, ip: expect.any(String) },
        actor: { kind: 'client', id: client.id, client_id: client.clientId },
        details: { grant_type: 'client_credentials', auth_method: 'client_secret_basic', secret_id: secretId },
      });
    }
    const withToken = found.filter(({ request_id }) => request_id === tokens[0]?.request_id);
    expect(withToken).toHaveLength(1);
  });

  it.each<[string, () => Promise<Answer>, string, string]>([
    ['no client at all', () => form({ grant_type: 'client_credentials' }), 'client_authentication_missing', 'c'],
    ['another scheme', () => form({}, 'Digest x'), 'authorization_scheme_unsupported', 'c'],
    ['broken Basic', () => form({}, 'Basic !'), 'basic_credentials_malformed', 'c'],
    ['an unknown client', () => form({}, basic(unique('ghost'), 's')), 'unknown_client', 'c'],
    ['no grant', () => form({}, basic(service.clientId, service.secret)), 'grant_type_missing', 't'],
    [
      'a strange grant',
      () => form({ grant_type: 'x' }, basic(service.clientId, service.secret)),
      'grant_type_unsupported',
      't',
    ],
    ['a scope out of reach', () => clientCredentials(service, { scope: 'x' }, traced()), 'scope_not_held', 't'],
    [
      'two methods',
      () => form({ client_id: 'a', client_secret: 'b' }, basic('a', 'b')),
      'multiple_client_authentication_methods',
      't',
    ],
  ])('tells of a request with %s', async (_what, send, reason, kind) => {
    requestId = randomUUID();
    expect((await send()).status).toBeGreaterThanOrEqual(400);
    const types = kind === 'c' ? ['client.authenticated', 'token.refused'] : ['token.refused'];
    const events = await eventsOf(admin, ground.realm, requestId, types.length);
    expect(events.map(({ type }) => type).toSorted()).toEqual(types);
    for (const event of events) expect(event.reason).toBe(reason);
  });

  it.each<[string, Ask, string, number, string]>([
    ['a parameter twice', { raw: 'scope=a&scope=b' }, 'malformed_form', 400, ''],
    ['a broken escape', { raw: 'scope=%zz' }, 'malformed_form', 400, ''],
    ['JSON', { raw: '{}', headers: { 'content-type': 'application/json' } }, 'wrong_content_type', 400, ''],
    ['a compressed body', { raw: 'a=b', headers: { 'content-encoding': 'gzip' } }, 'wrong_content_type', 400, ''],
    ['no body', {}, 'wrong_content_type', 400, ''],
    ['a body that is too large', { raw: `scope=${'a'.repeat(20_000)}` }, 'body_too_large', 413, ''],
    ['its secret in the URL', { raw: 'a=b' }, 'parameters_in_url', 400, '?client_secret=s'],
  ])('tells of a request that cannot be read, with %s', async (_what, request, reason, status, query) => {
    requestId = randomUUID();
    const typed = request.raw === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await ask('POST', `${tokenPath(ground.realm)}${query}`, {
      ...request,
      headers: {
        ...typed,
        authorization: basic(service.clientId, service.secret),
        'x-request-id': requestId,
        ...request.headers,
      },
    });
    expectOAuthError(answer, status, 'invalid_request');
    expect(await eventsOf(admin, ground.realm, requestId, 1)).toEqual([
      expect.objectContaining({
        type: 'token.refused',
        reason,
        client_id: service.clientId,
        actor: { kind: 'anonymous', id: null, client_id: service.clientId },
        ip: expect.any(String),
        details: expect.objectContaining({ error: 'invalid_request', auth_method: 'client_secret_basic' }),
      }),
    ]);
  });

  it('tells auditors of master of a realm that cannot be', async () => {
    requestId = randomUUID();
    const answer = await requestToken('no%20such', { form: { grant_type: 'client_credentials' }, ...traced() });
    expectOAuthError(answer, 404, 'invalid_request');
    const [event] = await eventsOf(admin, 'master', requestId, 1);
    expect(event).toMatchObject({ type: 'token.refused', reason: 'unknown_realm', realm: 'no such', realm_id: null });
  });

  let requestId = '';
  const traced = () => ({ headers: { 'x-request-id': requestId } });
  const form = (parameters: Record<string, string>, authorization?: string) =>
    requestToken(ground.realm, {
      headers: { 'x-request-id': requestId, ...(authorization === undefined ? {} : { authorization }) },
      form: { x: '1', ...parameters },
    });

  it.each([
    ['no bearer', undefined, 'no_bearer'],
    ['a bearer that is none', 'Bearer a b', 'malformed'],
    ['a token that is no JWT', 'Bearer abc', 'not_a_jwt'],
  ])(
    'tells auditors of master of %s, once a minute',
    async (_what, authorization, reason) => {
      const knock = async (): Promise<string> => {
        const id = randomUUID();
        const headers = { 'x-request-id': id, ...(authorization === undefined ? {} : { authorization }) };
        expect((await ask('GET', `/realms/${ground.realm}/keys`, { headers })).status).toBe(401);
        return id;
      };
      const denied = { type: 'access.denied' };
      let event: AuditEvent | undefined;
      // Other tests may have used up what is recorded one by one in this minute.
      for (const deadline = Date.now() + 90_000; event === undefined && Date.now() < deadline;) {
        const id = await knock();
        await sleep(1_000);
        [event] = await eventsOf(admin, 'master', id, 0, denied);
      }
      expect(event).toMatchObject({
        realm: ground.realm,
        realm_id: null,
        reason,
        actor: { kind: 'anonymous', id: null },
        target: { kind: 'route', id: 'GET /realms/:realm/keys' },
        details: { status: 401 },
      });
      expect(await eventsOf(admin, 'master', await knock(), 0, denied)).toEqual([]);
    },
    120_000,
  );

  it('tells of whoever would give what they do not hold', async () => {
    const manager = await ground.client();
    const role = await ground.role(['manage_roles']);
    const userId = await ground.userOf(manager);
    await admin.done('POST', `${ground.base}/users/${userId}/roles/${role.id}`);
    const acting = new Administrator(tokenOf(await clientCredentials(manager)).token);
    const more = await ground.role(['manage_realm']);
    const id = randomUUID();
    const path = `${ground.base}/users/${userId}/roles/${more.id}`;
    expect((await acting.ask('POST', path, undefined, { headers: { 'x-request-id': id } })).status).toBe(403);
    const [event] = await eventsOf(admin, ground.realm, id, 1, { type: 'access.denied' });
    expect(event).toMatchObject({ reason: 'exceeds_actor', actor: { id: userId, client_id: manager.clientId } });
  });
});
