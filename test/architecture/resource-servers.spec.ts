import type { EffectiveAccess } from '#access';
import { createAccessTokenVerifier } from '#resource-server/verify';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { accessTokenClaims, type AccessTokenClaims } from '../../apps/tokens/src/domain/access-token.js';
import { tokenAccess, type AskedAccess } from '../../apps/tokens/src/domain/token-access.js';
import { fitClaims } from '../../apps/tokens/src/domain/token-size.js';
import { JoseTokenCodec } from '../../apps/tokens/src/infrastructure/keys/jose-token-codec.js';

const ISSUER = 'https://id.example.org/realms/acme';
const DOCUMENT = readFileSync(join(import.meta.dirname, '../../docs/resource-servers.md'), 'utf8');
const blocks = (language: string): readonly string[] =>
  [...DOCUMENT.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\n\`\`\``, 'gs'))].map(([, block]) => block ?? '');

const holds = (audience: string, role: string, ...permissions: readonly string[]): EffectiveAccess[number] => ({
  realmWide: false,
  audience,
  roles: [role],
  permissions,
});
/** The claims of the token that somebody gets who holds this. */
function claimsOf(held: EffectiveAccess, asked: Partial<AskedAccess> = {}): AccessTokenClaims {
  const access = tokenAccess(held, { scope: undefined, resources: undefined, ...asked }, ISSUER);
  return accessTokenClaims({
    issuer: ISSUER,
    subjectId: '0197c1f0-0000-7000-8000-000000000001',
    clientId: 'billing',
    jti: '0197c1f0-0000-7000-8000-000000000002',
    access,
    issuedAtSeconds: 1_767_225_600,
    lifetimeSeconds: 300,
  });
}

describe('what docs/resource-servers.md says of tokens', () => {
  const one = claimsOf([holds('invoices', 'clerk', 'invoices:read', 'invoices:write')]);
  const two = claimsOf([holds('invoices', 'reader', 'read'), holds('orders', 'admin', 'read', 'delete')]);

  it('is what they say', () => {
    const [first, second] = blocks('json').map((block) => JSON.parse(block) as object);
    expect(first).toEqual(one);
    expect(two).toMatchObject(second ?? { missing: true });
  });

  it('names only claims that are there, in every recipe', () => {
    const read = [
      ...[
        ...blocks('java')
          .join('\n')
          .matchAll(/(?:getClaim\w*|\.get)\("(\w+)"\)/g),
      ],
      ...[
        ...blocks('go')
          .join('\n')
          .matchAll(/`json:"(\w+)"`/g),
      ],
    ].map(([, name]) => name);
    expect(new Set(read)).toEqual(new Set(['permissions', 'resource_access', 'typ']));
    const known = new Set(['typ', ...Object.keys(two), ...Object.values(two.resource_access).flatMap(Object.keys)]);
    for (const name of read) expect(known).toContain(name);
  });

  describe('to Envoy', () => {
    interface Matcher {
      readonly path: readonly { readonly key: string }[];
      readonly value: {
        readonly string_match?: { readonly exact: string };
        readonly list_match?: { readonly one_of: { readonly string_match: { readonly exact: string } } };
      };
    }
    interface Principal {
      readonly and_ids?: { readonly ids: readonly Principal[] };
      readonly or_ids?: { readonly ids: readonly Principal[] };
      readonly sourced_metadata?: { readonly metadata_matcher: Matcher };
    }
    interface Filters {
      readonly http_filters: readonly [
        {
          typed_config: {
            providers: {
              chancery: {
                audiences: string[];
                issuer: string;
                payload_in_metadata: string;
                header_in_metadata: string;
              };
            };
          };
        },
        { typed_config: { rules: { policies: Readonly<Record<string, { principals: readonly Principal[] }>> } } },
      ];
    }

    /** Decides as Envoy's RBAC does, of the matchers that the recipe uses. */
    function allows(principal: Principal, metadata: unknown): boolean {
      const { and_ids: all, or_ids: any, sourced_metadata: sourced } = principal;
      if (all !== undefined) return all.ids.every((id) => allows(id, metadata));
      if (any !== undefined) return any.ids.some((id) => allows(id, metadata));
      if (sourced === undefined) throw new Error('an unknown principal');
      const { path, value } = sourced.metadata_matcher;
      const found = path.reduce<unknown>(
        (at, { key }) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined),
        metadata,
      );
      if (value.string_match !== undefined) return found === value.string_match.exact;
      return Array.isArray(found) && found.includes(value.list_match?.one_of.string_match.exact);
    }
    const read = (claims: AccessTokenClaims, typ = 'at+jwt'): boolean => {
      const [authn, rbac] = (parse(blocks('yaml')[0] ?? '') as Filters).http_filters;
      const { chancery } = authn.typed_config.providers;
      if (chancery.issuer !== claims.iss || ![claims.aud].flat().some((aud) => chancery.audiences.includes(aud))) {
        return false;
      }
      const metadata = { [chancery.payload_in_metadata]: claims, [chancery.header_in_metadata]: { typ } };
      return Object.values(rbac.typed_config.rules.policies).some(({ principals }) =>
        principals.some((principal) => allows(principal, metadata)),
      );
    };
    const reader = holds('invoices', 'reader', 'invoices:read');

    it.each([
      ['the permission, alone', claimsOf([reader]), true],
      ['the permission, among others', claimsOf([holds('invoices', 'r', 'x', 'invoices:read')]), true],
      ['the permission, in a token for two', claimsOf([reader, holds('orders', 'r', 'x')]), true],
      ['another permission', claimsOf([holds('invoices', 'r', 'invoices:write')]), false],
      ['the permission of another', claimsOf([holds('orders', 'r', 'invoices:read')]), false],
      [
        'the permission of another, in a token for two',
        claimsOf([holds('invoices', 'r', 'x'), holds('orders', 'r', 'invoices:read')]),
        false,
      ],
      ['nothing', claimsOf([]), false],
    ])('is allowed or not: %s', (_, claims, allowed) => {
      expect(read(claims)).toBe(allowed);
      expect(read(claims, 'JWT')).toBe(false);
    });
  });
});

/** What is issued and what is verified, by code that does not know each other. */
describe('@chancery/nest on tokens as they are issued', () => {
  const codec = new JoseTokenCodec();
  let privateKey: CryptoKey;
  let jwk: JWK;
  let foreign: JWK;

  beforeAll(async () => {
    const pair = await generateKeyPair('ES256');
    privateKey = pair.privateKey;
    jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'ES256', use: 'sig' };
    foreign = { ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), kid: 'k', alg: 'ES256' };
  });

  const verify = (token: string, audience: string, key = jwk) =>
    createAccessTokenVerifier({
      issuer: { issuer: ISSUER, jwksUri: `${ISSUER}/keys` },
      audience,
      now: () => 1_767_225_600_000,
      fetch: () => Promise.resolve(Response.json({ keys: [key] })),
    }).verify(token);

  const name = fc.constantFrom('read', 'write', 'delete', 'invoices:read');
  const api = fc.constantFrom('invoices', 'orders', '__proto__', 'constructor', 'https://api.example.org/crm');
  const held = fc.uniqueArray(
    fc.record({
      realmWide: fc.constant(false),
      audience: api,
      roles: fc.uniqueArray(fc.constantFrom('reader', 'admin'), { minLength: 1 }),
      permissions: fc.uniqueArray(name),
    }),
    { selector: ({ audience }) => audience },
  );
  const some = (values: typeof name | typeof api) =>
    fc.option(fc.uniqueArray(values, { minLength: 1 }), { nil: undefined });

  it('each API believes what is held there and asked for, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(held, some(name), some(api), fc.boolean(), async (access, scope, resources, short) => {
        let claims: AccessTokenClaims;
        try {
          claims = claimsOf(access, { scope, resources });
          // As if there were so many roles that their names were left out.
          if (short) claims = fitClaims(claims, 'ES256', { warnBytes: 0, maxBytes: 1_600 }).claims;
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: expect.stringMatching(/^invalid_(scope|target)$/) });
          return;
        }
        const token = await codec.sign(claims, { kid: 'k', algorithm: 'ES256', handle: privateKey });
        await expect(verify(token, 'invoices', foreign)).rejects.toMatchObject({ code: 'invalid_token' });
        for (const { audience, permissions } of access) {
          const expected = permissions.filter((each) => scope === undefined || scope.includes(each));
          if (![claims.aud].flat().includes(audience)) {
            await expect(verify(token, audience)).rejects.toMatchObject({ reason: 'wrong_audience' });
            continue;
          }
          expect((await verify(token, audience)).permissions.toSorted()).toEqual(expected.toSorted());
        }
      }),
      { numRuns: 150 },
    );
  });
});
