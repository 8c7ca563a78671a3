import { AUDIT_CATALOGUE } from '#contracts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Administrator, unique, type AuditEventBody, type Page, type TestClient } from './support/administrator.js';
import { ask, type Answer, type Ask } from './support/http.js';
import { createPerson, signInClient, type Person } from './support/people.js';
import { basic, requestToken, tokenPath } from './support/protocol.js';

const FORM = 'application/x-www-form-urlencoded';

type Way = () => Promise<Answer>;

/**
 * What no request from outside comes to, and the test of the service in which it does: each is a second look at what another
 * step, or the data, rules out.
 */
const FROM_INSIDE: Readonly<Record<string, string>> = {
  // A service account has no password, which is found first.
  not_a_person: 'apps/tokens/src/application/preview-token.spec.ts',
  // A client that may use the grant has its account, which nobody can disable.
  service_account_disabled: 'apps/tokens/src/application/issue-token.spec.ts',
  service_account_missing: 'apps/tokens/src/application/issue-token.spec.ts',
  // Takes more roles than a test of this kind should make.
  token_too_large: 'apps/tokens/src/application/preview-token.spec.ts',
};

/** Every reason that the catalogue has for refusing a token or a client can be had, and is in the log under that name. */
describe('the reasons of refusals', () => {
  let admin: Administrator;
  let realm: string;
  /** A realm that is disabled, and who asks in one that there is not. */
  let closed: string;
  let lost: string;
  let ways: Readonly<Record<string, Way>>;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = (await admin.createRealm()).name;
    ways = await everyWay();
  }, 60_000);

  async function everyWay(): Promise<Readonly<Record<string, Way>>> {
    const service = await admin.createServiceClient(realm);
    const [expired, disabled, noAccount] = await Promise.all([
      admin.createServiceClient(realm),
      admin.createServiceClient(realm),
      admin.createServiceClient(realm, { service_account_enabled: false }),
    ]);
    await admin.done('POST', `/realms/${realm}/clients/${expired.id}/client-secret`, { grace_seconds: 1 });
    const expiredFrom = Date.now() + 1_500;
    await admin.done('PATCH', `/realms/${realm}/clients/${disabled.id}`, { enabled: false });
    const cli = await signInClient(admin, realm);
    const [person, locked, fresh] = await Promise.all([
      createPerson(admin, realm),
      createPerson(admin, realm),
      createPerson(admin, realm),
    ]);
    await admin.done('PUT', `/realms/${realm}/users/${locked.id}`, { enabled: false });
    await admin.done('PUT', `/realms/${realm}/users/${fresh.id}/reset-password`, {
      ...{ value: fresh.password, temporary: true, credential_type: 'password' },
    });
    const nobody = { username: unique('no-password') };
    await admin.done('POST', `/realms/${realm}/users`, nobody);
    closed = (await admin.createRealm()).name;
    const inClosed = await admin.createServiceClient(closed);
    await admin.done('PUT', `/realms/${closed}`, { enabled: false });
    lost = service.clientId;

    const send = (request: Ask, where = realm): Promise<Answer> => requestToken(where, request);
    const grant = { grant_type: 'client_credentials' };
    const by = (
      client: Pick<TestClient, 'clientId' | 'secret'>,
      form: Readonly<Record<string, string>> = {},
      where = realm,
    ) =>
      send({ headers: { authorization: basic(client.clientId, client.secret) }, form: { ...grant, ...form } }, where);
    const authorized = (authorization: string) => send({ headers: { authorization }, form: grant });
    const unread = (raw: string) => send({ raw, headers: { 'content-type': FORM } });
    const signIn = (who: Partial<Pick<Person, 'username' | 'password'>>) =>
      send({ form: { grant_type: 'password', client_id: cli, ...who } });
    return {
      client_authentication_missing: () => send({ form: grant }),
      client_assertion_unsupported: () =>
        send({
          form: {
            ...grant,
            client_id: service.clientId,
            client_assertion: 'a.b.c',
            client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          },
        }),
      client_id_malformed: () => send({ form: { ...grant, client_id: 'bell\u0007', client_secret: 'x' } }),
      authorization_scheme_unsupported: () => authorized('Digest x'),
      basic_credentials_malformed: () => authorized('Basic !!!'),
      unknown_client: () => by({ clientId: unique('nobody'), secret: 'x' }),
      secret_missing: () => send({ form: { ...grant, client_id: service.clientId } }),
      public_client_with_secret: () => by({ clientId: cli, secret: 'x' }),
      secret_expired: async () => {
        await sleep(Math.max(0, expiredFrom - Date.now()));
        return by(expired);
      },
      wrong_secret: () => by({ ...service, secret: 'wrong' }),
      client_disabled: () => by(disabled),
      credentials_too_long: () => signIn({ username: person.username, password: 'x'.repeat(1_100) }),
      unknown_user: () => signIn({ username: unique('nobody'), password: 'x' }),
      no_password: () => signIn({ ...nobody, password: 'x' }),
      wrong_password: () => signIn({ username: person.username, password: 'wrong' }),
      user_disabled: () => signIn({ username: locked.username, password: locked.password }),
      action_required: () => signIn({ username: fresh.username, password: fresh.password }),
      unknown_realm: () => by(service, {}, unique('nowhere')),
      realm_disabled: () => by(inClosed, {}, closed),
      multiple_client_authentication_methods: () => by(service, { client_secret: service.secret }),
      client_id_mismatch: () => by(service, { client_id: cli }),
      grant_type_missing: () => send({ headers: { authorization: basic(service.clientId, service.secret) }, form: {} }),
      grant_type_unsupported: () => by(service, { grant_type: 'urn:example:none' }),
      grant_not_allowed: () => by(noAccount),
      username_missing: () => signIn({ password: 'x' }),
      password_missing: () => signIn({ username: person.username }),
      resource_malformed: () => by(service, { resource: 'no uri' }),
      resource_out_of_reach: () => by(service, { resource: 'urn:example:elsewhere' }),
      scope_malformed: () => by(service, { scope: 'a"b' }),
      wrong_content_type: () => send({ raw: '{}', headers: { 'content-type': 'application/json' } }),
      malformed_form: () => unread('scope=a&scope=b'),
      body_too_large: () => unread(`scope=${'a'.repeat(20_000)}`),
      parameters_in_url: () =>
        ask('POST', `${tokenPath(realm)}?client_secret=s`, { raw: 'a=b', headers: { 'content-type': FORM } }),
      authorization_malformed: () => authorized(`Basic ${'a'.repeat(9_000)}`),
      scope_not_held: () => by(service, { scope: 'view_realm' }),
    };
  }

  /** Every failure of these realms and this client, by the request that it was of. */
  const failures = async (): Promise<ReadonlyMap<unknown, readonly AuditEventBody[]>> => {
    const lists = await Promise.all(
      [`${realm}/audit/events?`, `${closed}/audit/events?`, `master/audit/events?client_id=${lost}&`].map((path) =>
        admin.done<Page<AuditEventBody>>('GET', `/realms/${path}outcome=failure&limit=200`),
      ),
    );
    return Map.groupBy(
      lists.flatMap(({ data }) => data),
      (event) => event['request_id'],
    );
  };

  it('are tried here, each and every one', () => {
    const told = Object.keys(AUDIT_CATALOGUE['token.refused'].reasons);
    expect([...Object.keys(ways), ...Object.keys(FROM_INSIDE)].toSorted()).toEqual(told.toSorted());
    for (const type of ['client.authenticated', 'user.authenticated'] as const) {
      expect(told).toEqual(expect.arrayContaining(Object.keys(AUDIT_CATALOGUE[type].reasons)));
    }
    for (const [reason, file] of Object.entries(FROM_INSIDE)) {
      expect(readFileSync(join(import.meta.dirname, '../..', file), 'utf8')).toContain(`'${reason}'`);
    }
  });

  it('are in the log under their names, while the caller is told the error alone', async () => {
    const asked = new Map<string, string>();
    for (const [reason, way] of Object.entries(ways)) {
      const answer = await way();
      expect({ reason, refused: answer.status >= 400 && answer.status < 500 }).toEqual({ reason, refused: true });
      expect(answer.text).not.toContain(reason);
      asked.set(reason, answer.headers.get('x-request-id') ?? '');
    }
    const expected = Object.entries(ways).map(([reason]) => [
      reason,
      [
        'token.refused',
        ...(['client.authenticated', 'user.authenticated'] as const).filter(
          (type) => reason in AUDIT_CATALOGUE[type].reasons,
        ),
      ].toSorted(),
    ]);
    let found: unknown;
    for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(100)) {
      const byRequest = await failures();
      found = Object.keys(ways).map((reason) => [
        reason,
        (byRequest.get(asked.get(reason)) ?? [])
          .filter((event) => event.reason === reason)
          .map(({ type }) => type)
          .toSorted(),
      ]);
      if (isDeepStrictEqual(found, expected)) break;
    }
    expect(found).toEqual(expected);
  }, 60_000);
});
