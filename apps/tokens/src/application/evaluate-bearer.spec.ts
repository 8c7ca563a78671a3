import { beforeEach, describe, expect, it } from '@jest/globals';
import { MASTER_REALM, REALM_SCOPE, UserSnapshot, userSnapshotKey } from '#contracts';
import { AppError } from '#errors';
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import type { AccessTokenClaims } from '../domain/access-token.js';
import { ID, World } from '../testing/world.js';

let world: World;
let token: string;
beforeEach(async () => {
  world = new World();
  token = (await world.issue()).access_token;
});

const evaluate = (bearer = token, targetRealm: string | null = 'acme') =>
  world.evaluateBearer.execute({ token: bearer, targetRealm }, world.context());

async function reason(bearer = token, targetRealm: string | null = 'acme'): Promise<string | undefined> {
  try {
    await evaluate(bearer, targetRealm);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    expect(thrown).toMatchObject({ code: 'invalid_token', message: 'The access token is not valid here.' });
    return thrown.reason;
  }
  throw new Error('was not refused');
}

/** Signs other claims with the realm's own key. */
async function forge(claims: Record<string, unknown>, header: Record<string, unknown> = {}): Promise<string> {
  const [key] = await world.repository.list(ID.realm);
  if (key === undefined) throw new Error('no key');
  return await new SignJWT({ ...decodeJwt(token), ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header })
    .sign(await world.vault.openPrivate(key));
}

describe('a good bearer', () => {
  it('is told with what it may do: built-in permissions only', async () => {
    expect(await evaluate()).toEqual({
      principal: {
        realm: 'acme',
        realmId: ID.realm,
        subjectId: ID.account,
        kind: 'service_account',
        username: 'service-account-app',
        clientId: 'app',
        jti: decodeJwt(token).jti,
        permissions: ['manage_clients', 'view_clients'],
      },
      targetRealm: { id: ID.realm, name: 'acme' },
    });
    expect((await evaluate(token, null)).targetRealm).toBeNull();
  });

  it('is a user after a password grant', async () => {
    world.assign(ID.alice, [{ roleId: ID.admin, scope: REALM_SCOPE }]);
    const { access_token } = await world.issue(world.passwordRequest());
    expect((await evaluate(access_token)).principal).toMatchObject({ kind: 'user', username: 'alice' });
  });

  it('costs one round trip and no query when it was seen before', async () => {
    await evaluate();
    const queries = world.repository.queries;
    world.snapshots.roundTrips = 0;
    await evaluate();
    expect(world.snapshots.roundTrips).toBe(1);
    expect(world.repository.queries).toBe(queries);
  });
});

describe('authority is read afresh', () => {
  it('a role taken away is gone from a token that still says so', async () => {
    await evaluate();
    world.assign(ID.account, []);
    expect((await evaluate()).principal.permissions).toEqual([]);
  });

  it('a narrowed token stays narrowed, also when more is held later', async () => {
    const narrowed = (await world.issue(world.request({ scope: 'view_clients' }))).access_token;
    expect((await evaluate(narrowed)).principal.permissions).toEqual(['view_clients']);
    world.assign(ID.account, [
      { roleId: ID.admin, scope: REALM_SCOPE },
      { roleId: ID.reader, scope: REALM_SCOPE },
    ]);
    expect((await evaluate(narrowed)).principal.permissions).toEqual(['view_clients']);
  });

  it.each([
    ['client_disabled', () => world.client({ enabled: false })],
    ['unknown_client', () => world.client({ realmId: ID.otherRealm })],
    ['subject_disabled', () => world.user({ id: ID.account, clientId: ID.client, enabled: false })],
    ['unknown_subject', () => world.snapshots.set(UserSnapshot, userSnapshotKey(ID.realm, ID.account), null)],
    ['foreign_service_account', () => world.user({ id: ID.account, clientId: ID.api })],
    ['realm_disabled', () => world.realm({ enabled: false })],
    ['unknown_realm', () => world.realm({ id: ID.otherRealm })],
  ])('%s', async (expected, change) => {
    await evaluate();
    change();
    expect(await reason()).toBe(expected);
  });

  it('snapshots away → unavailable, never an answer from memory', async () => {
    await evaluate();
    world.snapshots.failure = new AppError('unavailable');
    await expect(evaluate()).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('time', () => {
  it('ends at exp, to the second, also for a remembered signature', async () => {
    world.clock.advance(299_999);
    await evaluate();
    world.clock.advance(1);
    expect(await reason()).toBe('token_expired');
  });

  it('RFC 7519 §4.1.5: nbf and iat may be 5 s ahead, for clocks that differ', async () => {
    const now = world.clock.now().getTime() / 1_000;
    await expect(evaluate(await forge({ iat: now + 5, nbf: now + 5 }))).resolves.toBeDefined();
    expect(await reason(await forge({ iat: now + 6 }))).toBe('token_from_the_future');
    expect(await reason(await forge({ nbf: now + 6 }))).toBe('token_not_yet_valid');
  });
});

describe('what is not a bearer of this API', () => {
  it.each(['', 'x', 'a.b.c', 'Bearer x', '.'.repeat(300), '\u0000'])('%j', async (text) => {
    expect(await reason(text)).toBe('not_a_jwt');
  });

  it('RFC 7515 §2: a token in another spelling of its bytes, though its signature is good', async () => {
    await evaluate();
    const [header = '', payload = '', signature = ''] = token.split('.');
    // 64 bytes leave four bits of the last character unused.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.charAt(alphabet.indexOf(signature.slice(-1)) ^ 1);
    const others = [
      `${signature.slice(0, -1)}${last}`,
      `${signature}==`,
      `${signature} `,
      `${signature.slice(0, 9)} ${signature.slice(9)}`,
    ];
    for (const other of others) expect(await reason(`${header}.${payload}.${other}`)).toBe('not_a_jwt');
    expect(await reason(`${header}=.${payload}.${signature}`)).toBe('not_a_jwt');
    expect(await reason(`${token}.`)).toBe('not_a_jwt');
  });

  it('RFC 9068 §4: another typ', async () => {
    expect(await reason(await forge({}, { typ: 'JWT' }))).toBe('wrong_token_type');
    expect(await reason(await forge({}, { typ: 'id+jwt' }))).toBe('wrong_token_type');
  });

  it('an altered payload or signature', async () => {
    const [header, , signature] = token.split('.');
    const payload = Buffer.from(JSON.stringify({ ...decodeJwt(token), permissions: ['manage_realm'] }));
    expect(await reason(`${header}.${payload.toString('base64url')}.${signature}`)).toBe('bad_signature');
    expect(await reason(`${token.slice(0, -4)}AAAA`)).toBe('bad_signature');
  });

  it('RFC 8725 §3.1: no signature, or another algorithm than that of the key', async () => {
    const claims = decodeJwt(token);
    const { kid } = decodeProtectedHeader(token);
    const none = `${Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt', kid })).toString('base64url')}.${
      new UnsecuredJWT(claims).encode().split('.')[1]
    }.`;
    expect(await reason(none)).toBe('wrong_algorithm');

    const [key] = await world.repository.list(ID.realm);
    const hmac = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: key?.kid ?? '' })
      .sign(Buffer.from(JSON.stringify(key?.publicJwk).padEnd(64)));
    expect(await reason(hmac)).toBe('wrong_algorithm');
  });

  it('RFC 8725 §3.10: a key that the token brings along', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const own = (kid: string | undefined) =>
      new SignJWT(decodeJwt(token))
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', jwk: {}, ...(kid === undefined ? {} : { kid }) })
        .sign(privateKey);
    expect(await exportJWK(publicKey)).toBeDefined();
    expect(await reason(await own(undefined))).toBe('unknown_key');
    expect(await reason(await own('mine'))).toBe('unknown_key');
    expect(await reason(await own(decodeProtectedHeader(token).kid))).toBe('bad_signature');
  });

  it.each([
    'https://evil.example/realms/acme',
    'https://id.example/realms/acme/',
    'https://id.example/realms/nowhere',
    'https://id.example/realms/acme#x',
    'acme',
  ])('another issuer: %s', async (iss) => {
    expect(await reason(await forge({ iss }))).toMatch(/^(wrong_issuer|unknown_realm)$/);
  });

  it("an issuer of another realm than the key's", async () => {
    world.realm({ id: ID.otherRealm, name: 'other' });
    expect(await reason(await forge({ iss: 'https://id.example/realms/other' }), 'other')).toBe('unknown_key');
  });

  it.each([['billing'], [['billing', 'realm-management2']], ['https://id.example/realms/acme']])(
    'another audience: %j',
    async (aud) => {
      expect(await reason(await forge({ aud }))).toBe('wrong_audience');
    },
  );

  it.each(['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'client_id', 'permissions'] as const)(
    'RFC 9068 §2.2: missing %s',
    async (name: keyof AccessTokenClaims) => {
      expect(await reason(await forge({ [name]: undefined }))).toMatch(/^(claims_missing|wrong_issuer)$/);
    },
  );
});

describe('realms', () => {
  const MASTER = '00000000-0000-7000-8000-0000000000f0';
  const masterToken = async (): Promise<string> => {
    world.realm({ id: MASTER, name: MASTER_REALM });
    world.client({ realmId: MASTER }, MASTER);
    world.user({ id: ID.account, realmId: MASTER, clientId: ID.client });
    world.assign(ID.account, [{ roleId: ID.admin, scope: REALM_SCOPE }], MASTER);
    world.roleScopes(MASTER);
    return (await world.issue(world.request({}, { realm: MASTER_REALM }))).access_token;
  };

  it('a token of one realm is none in another, whether that exists or not', async () => {
    world.realm({ id: ID.otherRealm, name: 'other' });
    expect(await reason(token, 'other')).toBe('other_realm');
    expect(await reason(token, 'nowhere')).toBe('other_realm');
    expect(await reason(token, MASTER_REALM)).toBe('other_realm');
    expect(await reason(token, 'ACME')).toBe('other_realm');
  });

  it('a token of master acts on every realm, also a disabled one, and learns which do not exist', async () => {
    const bearer = await masterToken();
    expect(await evaluate(bearer)).toMatchObject({
      principal: { realm: MASTER_REALM, realmId: MASTER, permissions: ['manage_clients', 'view_clients'] },
      targetRealm: { id: ID.realm, name: 'acme' },
    });
    world.realm({ enabled: false });
    expect((await evaluate(bearer)).targetRealm).toEqual({ id: ID.realm, name: 'acme' });
    expect((await evaluate(bearer, 'nowhere')).targetRealm).toBeNull();
    expect((await evaluate(bearer, 'a/b')).targetRealm).toBeNull();
  });
});

describe('keys', () => {
  it('a retired key still verifies until its tokens have expired', async () => {
    await world.rotate();
    world.clock.advance(299_000);
    await expect(evaluate()).resolves.toBeDefined();
  });

  it('a key that another instance has just made is found at once', async () => {
    await evaluate();
    const { kid } = await world.rotate();
    const { access_token } = await world.issue();
    expect(decodeProtectedHeader(access_token).kid).toBe(kid);
    await expect(evaluate(access_token)).resolves.toBeDefined();
  });

  it('the key store away → unavailable', async () => {
    world.repository.failure = new Error('database away');
    await expect(evaluate()).rejects.toMatchObject({ code: 'unavailable' });
  });
});
