import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JWK } from 'jose';
import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import { expectRefused } from '../testing/expect-refused.js';
import { TestIssuer } from '../testing/test-issuer.js';
import { type AccessTokenVerifier, createAccessTokenVerifier } from './access-token-verifier.js';

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

describe('hostile tokens', () => {
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

  describe('hostile headers', () => {
    it('alg none, with and without a signature', async () => {
      const [, payload, signature] = (await issuer.token()).split('.');
      for (const alg of ['none', 'None', 'NONE']) {
        const header = encode({ alg, typ: 'at+jwt', kid: 'k1' });
        await refused(`${header}.${String(payload)}.${String(signature)}`, 'algorithm_not_allowed');
        await refused(`${header}.${String(payload)}.`, 'malformed');
      }
    });

    it('HS256 with the public key as the secret', async () => {
      const [jwk] = issuer.published;
      const pem = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
      for (const secret of [pem, JSON.stringify(jwk), String(jwk?.x)]) {
        const input = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: 'k1' })}.${encode(issuer.claims())}`;
        const signature = createHmac('sha256', secret).update(input).digest('base64url');
        await refused(`${input}.${signature}`, 'algorithm_not_allowed');
      }
    });

    it.each(['JWT', 'id+jwt', 'at+jwt ', 'logout+jwt', '', undefined, 7])('typ %j', async (typ) => {
      await refused(await issuer.token(undefined, { typ }), 'wrong_type');
    });

    it('an extension that has to be understood', async () => {
      const header = { crit: ['urn:example:ext'], 'urn:example:ext': true };
      await refused(await issuer.token(undefined, header), 'critical_extension');
      const [, payload, signature] = (await issuer.token()).split('.');
      for (const crit of [[], null, 'exp', {}]) {
        const first = encode({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', crit });
        await refused(`${first}.${String(payload)}.${String(signature)}`, 'critical_extension');
      }
    });

    it.each([undefined, '', 7, null, ['k1'], { k1: 1 }, 'k'.repeat(257)])('kid %j', async (kid) => {
      await refused(await issuer.token(undefined, { kid }), 'no_key_id');
    });

    it.each(['K1', 'k1 ', '../k1', "k1' OR '1'='1", '__proto__', 'constructor', 'k1\u0000'])(
      'kid %j is no other key',
      async (kid) => {
        await refused(await issuer.token(undefined, { kid }), 'unknown_key');
      },
    );

    it('keys that it brings along: jwk, jku, x5u, x5c are not looked at', async () => {
      const stranger = await TestIssuer.create();
      const [jwk] = stranger.published;
      const fetchedBefore = new Set(issuer.fetched);
      for (const header of [
        { jwk },
        { jku: 'https://evil.example/keys' },
        { x5u: 'https://evil.example/cert' },
        { x5c: ['MIIB'] },
        { jwk, jku: 'https://evil.example/keys', x5t: 'x' },
      ]) {
        await refused(await stranger.token(undefined, header), 'bad_signature');
      }
      expect(new Set(issuer.fetched)).toEqual(fetchedBefore);
    });

    it('an algorithm of another kind than the key', async () => {
      const mixed = await TestIssuer.create('RS256');
      const both = createAccessTokenVerifier(mixed.options());
      await mixed.addKey('e1', 'ES256');
      // Signed as ES256, under the name of the RSA key.
      await refused(await mixed.token(undefined, { kid: 'k1' }, 'e1'), 'unknown_key', both);
    });

    it('a key that is for something else, a secret, or not public any more', async () => {
      const own = await TestIssuer.create();
      const [good] = own.published as [JWK];
      for (const bad of [
        { ...good, use: 'enc' },
        { ...good, key_ops: ['sign'] },
        { ...good, alg: 'ES384' },
        { ...good, ...own.privateJwks.get('k1') },
        { ...good, kty: 'oct', k: 'AAAA' },
        { ...good, x: '!' },
        { ...good, kid: 7 },
        null,
      ]) {
        own.published = [bad as unknown as JWK];
        await refused(await own.token(), 'unknown_key', createAccessTokenVerifier(own.options()));
        // It does not take its neighbours with it.
        own.published = [bad as unknown as JWK, good];
        await expect(createAccessTokenVerifier(own.options()).verify(await own.token())).resolves.toBeDefined();
      }
    });
  });

  describe('hostile forms', () => {
    it('is refused with any one character changed', async () => {
      const token = await issuer.token();
      await fc.assert(
        fc.asyncProperty(
          fc.nat({ max: token.length - 1 }),
          fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ '),
          async (at, character) => {
            fc.pre(token[at] !== character);
            const changed = token.slice(0, at) + character + token.slice(at + 1);
            await expect(verifier.verify(changed)).rejects.toMatchObject({ code: 'invalid_token' });
          },
        ),
        { numRuns: 500 },
      );
    });

    it('has one spelling: bits that decoding drops are no part of it', async () => {
      const token = await issuer.token();
      // 64 bytes are 86 characters; the last one has four bits to spare.
      const last = token.at(-1) ?? '';
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      const twin = token.slice(0, -1) + alphabet.charAt(alphabet.indexOf(last) + 1);
      expect(Buffer.from(twin.split('.')[2] ?? '', 'base64url')).toEqual(
        Buffer.from(token.split('.')[2] ?? '', 'base64url'),
      );
      await refused(twin, 'malformed');
    });

    it('is refused, and never broken, by any text', async () => {
      const segment = fc.oneof(fc.string(), fc.json().map(encode), fc.constant(''));
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(
            fc.string(),
            fc.array(segment, { maxLength: 5 }).map((all) => all.join('.')),
          ),
          (text) => expect(verifier.verify(text)).rejects.toMatchObject({ code: 'invalid_token' }),
        ),
        { numRuns: 500 },
      );
    });

    it('members that occur twice, in the header or in the claims, at any depth, under any spelling', async () => {
      const claims = JSON.stringify(issuer.claims());
      for (const twice of [
        claims.replace('{', '{"sub":"somebody-else",'),
        claims.replace('{', '{"\\u0073ub":"somebody-else",'),
        claims.replace('"billing":{"roles"', '"billing":{"roles":["admin"],"roles"'),
        claims.replace('"resource_access":{', '"resource_access":{"billing":{"roles":["admin"]},'),
      ]) {
        expect(twice).not.toBe(claims);
        await refused(await issuer.token(twice), 'malformed');
      }
      const [, payload, signature] = (await issuer.token()).split('.');
      const header = encode('{"alg":"ES256","typ":"at+jwt","kid":"k1","kid":"k1"}');
      await refused(`${header}.${String(payload)}.${String(signature)}`, 'malformed');
    });

    it('claims that are no JSON object, or no UTF-8', async () => {
      for (const payload of ['null', '[]', '"x"', '7', '{', '', `${' '.repeat(10)}`, '\ufeff{}']) {
        await refused(await issuer.token(payload), 'malformed');
      }
      const token = (await issuer.token()).split('.');
      token[1] = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('base64url');
      await refused(token.join('.'), 'malformed');
      await refused(await issuer.token(`{"a":${'['.repeat(40)}${']'.repeat(40)}}`), 'malformed');
    });

    it('what is too long is not even read', async () => {
      await refused(await issuer.token(issuer.claims({ padding: 'x'.repeat(20_000) })), 'too_long');
      await refused('.'.repeat(10_000_000), 'too_long');
      const small = createAccessTokenVerifier(issuer.options({ maxTokenBytes: 300 }));
      await refused(await issuer.token(), 'too_long', small);
    });

    it('an encrypted token, and what is no text', async () => {
      await refused('a.b.c.d.e', 'malformed');
      await refused(undefined as unknown as string, 'too_long');
      await refused({ length: 1 } as unknown as string, 'too_long');
    });
  });
});
