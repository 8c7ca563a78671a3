import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expectRefused } from '../testing/expect-refused.js';
import { TestIssuer } from '../testing/test-issuer.js';
import { type AccessTokenVerifier, createAccessTokenVerifier, verifyAccessToken } from './access-token-verifier.js';
import type { AccessTokenVerifierOptions } from './options.js';

describe('verifying an access token', () => {
  let issuer: TestIssuer;
  let verifier: AccessTokenVerifier;

  beforeAll(async () => {
    issuer = await TestIssuer.create();
    verifier = createAccessTokenVerifier(issuer.options());
  });
  beforeEach(() => {
    issuer.network = null;
  });

  const refused = (token: string, reason: string, by: AccessTokenVerifier = verifier): Promise<void> =>
    expectRefused(by, token, reason);
  const refusedClaims = async (changes: Readonly<Record<string, unknown>>, reason: string): Promise<void> =>
    refused(await issuer.token(issuer.claims(changes)), reason);

  it('reads what a good one says', async () => {
    expect(await verifier.verify(await issuer.token())).toEqual({
      issuer: issuer.issuer,
      subject: '0190a000-0000-7000-8000-000000000001',
      clientId: 'shop',
      audience: ['billing'],
      jti: '0190a000-0000-7000-8000-000000000002',
      issuedAt: new Date(issuer.now),
      expiresAt: new Date(issuer.now + 300_000),
      permissions: ['invoices:read'],
      roles: ['reader'],
      realmRoles: [],
      claims: issuer.claims(),
    });
  });

  it.each(['ES256', 'RS256', 'EdDSA'])('takes %s, and refuses it where it is not allowed', async (algorithm) => {
    const own = await TestIssuer.create(algorithm);
    const token = await own.token();
    await expect(createAccessTokenVerifier(own.options()).verify(token)).resolves.toMatchObject({ clientId: 'shop' });
    const algorithms = (['ES256', 'RS256', 'EdDSA'] as const).filter((one) => one !== algorithm);
    await refused(token, 'algorithm_not_allowed', createAccessTokenVerifier(own.options({ algorithms })));
  });

  it('takes application/at+jwt, in any case, as the same type', async () => {
    for (const typ of ['application/at+jwt', 'AT+JWT']) {
      await expect(verifier.verify(await issuer.token(undefined, { typ }))).resolves.toBeDefined();
    }
  });

  describe('claims', () => {
    it.each([
      'https://id.example.org/realms/acme/',
      'https://ID.example.org/realms/acme',
      'https://id.example.org/realms/acmes',
      'https://evil.example/realms/acme',
      '',
      undefined,
      7,
      ['https://id.example.org/realms/acme'],
    ])('iss %j is unknown', (iss) => refusedClaims({ iss }, 'unknown_issuer'));

    it.each([
      ['other', 'wrong_audience'],
      [['other', 'another'], 'wrong_audience'],
      ['Billing', 'wrong_audience'],
      ['billing ', 'wrong_audience'],
      [' billing', 'wrong_audience'],
      ['billing,other', 'wrong_audience'],
      [[], 'no_audience'],
      ['', 'no_audience'],
      [undefined, 'no_audience'],
      [null, 'no_audience'],
      [['billing', 7], 'no_audience'],
      [{ billing: true }, 'no_audience'],
      [[['billing']], 'no_audience'],
    ])('aud %j', (aud, reason) => refusedClaims({ aud }, reason));

    it('expires to the second, give or take the tolerance', async () => {
      const seconds = issuer.now / 1_000;
      await refusedClaims({ exp: seconds - 5 }, 'expired');
      await expect(verifier.verify(await issuer.token(issuer.claims({ exp: seconds - 4 })))).resolves.toBeDefined();
      const strict = createAccessTokenVerifier(issuer.options({ clockToleranceSeconds: 0 }));
      await refused(await issuer.token(issuer.claims({ exp: seconds })), 'expired', strict);
      await expect(strict.verify(await issuer.token(issuer.claims({ exp: seconds + 1 })))).resolves.toBeDefined();
    });

    it.each([
      { exp: undefined },
      { exp: '9999999999' },
      { exp: null },
      { exp: 1e300 },
      { exp: -1 },
      { iat: undefined },
      { iat: 'now' },
    ])('%j', (changes) => refusedClaims(changes, 'no_times'));

    it('is of no time to come', async () => {
      const seconds = issuer.now / 1_000;
      await refusedClaims({ iat: seconds + 6 }, 'from_the_future');
      await refusedClaims({ nbf: seconds + 6 }, 'not_yet_valid');
      await refusedClaims({ nbf: 'now' }, 'not_yet_valid');
      const ahead = issuer.claims({ iat: seconds + 5, nbf: seconds + 5 });
      await expect(verifier.verify(await issuer.token(ahead))).resolves.toBeDefined();
    });

    it.each(['sub', 'client_id', 'jti'])('%s must be there', async (name) => {
      for (const value of [undefined, '', 7, null, ['x']]) {
        await refusedClaims({ [name]: value }, 'no_subject_client_or_id');
      }
    });

    it('bound to a key of its sender, it is no bearer token', () =>
      refusedClaims({ cnf: { jkt: 'x' } }, 'bound_to_a_key'));

    it('what else is required', async () => {
      const strict = createAccessTokenVerifier(issuer.options({ requiredClaims: ['acr', 'toString'] }));
      await refused(await issuer.token(issuer.claims({ acr: '1' })), 'required_claim_missing', strict);
      const both = issuer.claims({ acr: '1', toString: 1 });
      await expect(strict.verify(await issuer.token(both))).resolves.toBeDefined();
    });

    it.each([
      { permissions: 'invoices:read' },
      { permissions: { 0: 'invoices:read' } },
      { permissions: [['invoices:read']] },
      { permissions: [''] },
      { resource_access: [] },
      { resource_access: { billing: 'admin' } },
      { resource_access: { billing: { roles: 'admin' } } },
      { realm_access: { roles: [null] } },
    ])('%j is malformed', (changes) => refusedClaims(changes, 'malformed_claim'));

    it('without permissions and roles gives none', async () => {
      const bare = issuer.claims({ permissions: undefined, resource_access: undefined, realm_access: undefined });
      expect(await verifier.verify(await issuer.token(bare))).toMatchObject({
        permissions: [],
        roles: [],
        realmRoles: [],
      });
    });
  });

  describe('a token for several APIs', () => {
    const verified = async (
      changes: Readonly<Record<string, unknown>>,
      options?: Partial<AccessTokenVerifierOptions>,
    ) => createAccessTokenVerifier(issuer.options(options)).verify(await issuer.token(issuer.claims(changes)));

    it('does not bring the permissions of another', async () => {
      const token = {
        aud: ['billing', 'orders'],
        permissions: ['read', 'delete'],
        resource_access: {
          billing: { roles: ['reader'], permissions: ['read'] },
          orders: { roles: ['admin'], permissions: ['read', 'delete'] },
        },
      };
      expect(await verified(token)).toMatchObject({ permissions: ['read'], roles: ['reader'] });
      expect(await verified(token, { audience: 'orders' })).toMatchObject({
        permissions: ['read', 'delete'],
        roles: ['admin'],
      });
      expect(await verified(token, { audience: ['orders', 'billing'] })).toMatchObject({
        permissions: ['read', 'delete'],
      });
    });

    it('gives nothing that does not stand under our own name', async () => {
      const token = { aud: ['billing', 'orders'], permissions: ['read'], resource_access: {} };
      expect(await verified(token)).toMatchObject({ permissions: [], roles: [] });
      const odd = { aud: ['constructor', 'orders'], permissions: ['read'], resource_access: {} };
      expect(await verified(odd, { audience: 'constructor' })).toMatchObject({ permissions: [], roles: [] });
    });

    it('that names us twice is for us alone', async () => {
      expect(await verified({ aud: ['billing', 'billing'] })).toMatchObject({ permissions: ['invoices:read'] });
    });

    it('gives exactly what is held at our API, whatever else it carries', async () => {
      const name = fc.constantFrom('read', 'write', 'delete', 'invoices:read');
      const api = fc.constantFrom('billing', 'orders', '__proto__', 'hasOwnProperty', 'crm');
      const held = fc.dictionary(api, fc.uniqueArray(name), { minKeys: 2, noNullPrototype: true });
      await fc.assert(
        fc.asyncProperty(held, async (holdings) => {
          const aud = Object.keys(holdings);
          const claims = issuer.claims({
            aud,
            permissions: [...new Set(Object.values(holdings).flat())],
            resource_access: Object.fromEntries(
              Object.entries(holdings).map(([one, permissions]) => [one, { roles: [], permissions }]),
            ),
          });
          for (const audience of aud) {
            const by = createAccessTokenVerifier(issuer.options({ audience }));
            expect((await by.verify(await issuer.token(claims))).permissions).toEqual(holdings[audience]);
          }
        }),
        { numRuns: 50 },
      );
    });
  });

  it('takes several issuers, each by its own keys only', async () => {
    const other = await TestIssuer.create();
    const globex = 'https://id.example.org/realms/globex';
    const keysOfGlobex = 'https://keys.example.org/globex';
    const two = createAccessTokenVerifier(
      issuer.options({
        issuer: [issuer.issuer, { issuer: globex, jwksUri: keysOfGlobex }],
        fetch: (url) =>
          url === keysOfGlobex
            ? Promise.resolve(Response.json({ keys: other.published }))
            : (issuer.options().fetch?.(url, {}) ?? Promise.reject(new Error('unreachable'))),
      }),
    );
    expect(await two.verify(await issuer.token())).toMatchObject({ issuer: issuer.issuer });
    expect(await two.verify(await other.token(other.claims({ iss: globex })))).toMatchObject({ issuer: globex });
    await refused(await issuer.token(issuer.claims({ iss: globex })), 'bad_signature', two);
    await refused(await other.token(other.claims({ iss: issuer.issuer })), 'bad_signature', two);
  });

  it('verifyAccessToken takes options, whose keys it keeps, or a verifier', async () => {
    const own = await TestIssuer.create();
    const options = own.options();
    await verifyAccessToken(await own.token(), options);
    await verifyAccessToken(await own.token(), options);
    expect(own.fetched.filter((url) => url === own.jwksUri)).toHaveLength(1);
    await expect(verifyAccessToken(await own.token(), createAccessTokenVerifier(options))).resolves.toBeDefined();
    const none = { ...options, audience: undefined } as unknown as AccessTokenVerifierOptions;
    await expect(verifyAccessToken(await own.token(), none)).rejects.toThrow('audience is missing');
  });
});
