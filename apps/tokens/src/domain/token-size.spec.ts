import type { SigningAlgorithm } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { JoseTokenCodec } from '../infrastructure/keys/jose-token-codec.js';
import type { AccessTokenClaims } from './access-token.js';
import { fitClaims, tokenBytes } from './token-size.js';

const names = fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { maxLength: 30 });
const api = fc.oneof(fc.constant('__proto__'), fc.string({ minLength: 1, maxLength: 20 }));
const claims: fc.Arbitrary<AccessTokenClaims> = fc.record({
  iss: fc.webUrl(),
  exp: fc.nat(),
  aud: fc.oneof(api, fc.array(api, { minLength: 2, maxLength: 4 })),
  sub: fc.uuid(),
  client_id: fc.string({ maxLength: 40 }),
  iat: fc.nat(),
  jti: fc.uuid(),
  scope: fc.string(),
  realm_access: fc.record({ roles: names }),
  resource_access: fc.dictionary(
    api,
    fc.oneof(fc.record({ roles: names }), fc.record({ roles: names, permissions: names })),
    { noNullPrototype: true },
  ),
  permissions: names,
});

describe('tokenBytes', () => {
  it.each(['ES256', 'RS256', 'EdDSA'] as const)('is the length of the token that %s signs', async (algorithm) => {
    const { publicKey, privateKey } = await generateKeyPair(algorithm);
    const kid = await calculateJwkThumbprint(await exportJWK(publicKey));
    const codec = new JoseTokenCodec();
    await fc.assert(
      fc.asyncProperty(claims, async (each) => {
        const token = await codec.sign(each, { kid, algorithm, handle: privateKey });
        expect(tokenBytes(each, algorithm)).toBe(token.length);
      }),
      { numRuns: 50 },
    );
  });
});

describe('fitClaims', () => {
  const algorithm: SigningAlgorithm = 'ES256';

  it('changes nothing that fits, and leaves out nothing but the names of roles, all of them', () => {
    fc.assert(
      fc.property(claims, fc.integer({ min: 300, max: 6_000 }), fc.nat({ max: 6_000 }), (each, maxBytes, warnBytes) => {
        const whole = tokenBytes(each, algorithm);
        let fitted: ReturnType<typeof fitClaims>;
        try {
          fitted = fitClaims(each, algorithm, { warnBytes, maxBytes });
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'invalid_scope', reason: 'token_too_large' });
          expect(whole).toBeGreaterThan(maxBytes);
          return;
        }
        expect(fitted.bytes).toBe(tokenBytes(fitted.claims, algorithm));
        expect(fitted.bytes).toBeLessThanOrEqual(maxBytes);
        if (whole <= maxBytes) {
          expect(fitted).toEqual({ claims: each, bytes: whole, warning: whole > warnBytes ? 'large' : null });
          return;
        }
        const { realm_access: realm, resource_access: resources, roles_omitted: omitted, ...rest } = fitted.claims;
        const { realm_access: _realm, resource_access: before, ...same } = each;
        expect({ rest, omitted, realm }).toEqual({ rest: same, omitted: true, realm: { roles: [] } });
        expect(fitted.warning).toBe('roles_omitted');
        for (const [audience, { permissions }] of Object.entries(before)) {
          const after = Object.hasOwn(resources, audience) ? resources[audience] : undefined;
          expect(after).toEqual(permissions === undefined ? undefined : { roles: [], permissions });
        }
      }),
      { numRuns: 300 },
    );
  });
});
