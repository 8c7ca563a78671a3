import { describe, expect, it } from '@jest/globals';
import { createAccessTokenVerifier } from './access-token-verifier.js';
import { checkOptions, type AccessTokenVerifierOptions } from './options.js';

const good = { issuer: 'https://id.example.org/realms/acme', audience: 'billing' };
const check = (changes: Readonly<Record<string, unknown>>) =>
  checkOptions({ ...good, ...changes } as AccessTokenVerifierOptions);

describe('options', () => {
  it.each([undefined, null, '', [], [''], ['billing', ''], 7, [7]])('audience %j: does not start', (audience) => {
    expect(() => createAccessTokenVerifier({ ...good, audience } as unknown as AccessTokenVerifierOptions)).toThrow(
      /^audience/,
    );
  });

  it.each([
    undefined,
    null,
    [],
    '',
    'acme',
    7,
    'https://id.example.org/realms/acme?x=1',
    'https://id.example.org/#x',
    'http://id.example.org/realms/acme',
    'ftp://id.example.org/realms/acme',
    [good.issuer, good.issuer],
    {},
  ])('issuer %j: does not start', (issuer) => {
    expect(() => check({ issuer })).toThrow(/^issuer/);
  });

  it.each(['http://keys.example.org/', 'file:///etc/passwd', 'https://a:b@keys.example.org/', 'data:,{}', '', 7])(
    'jwksUri %j: does not start',
    (jwksUri) => {
      expect(() => check({ issuer: { issuer: good.issuer, jwksUri } })).toThrow(/^jwksUri/);
    },
  );

  it.each(['http://localhost:8080', 'http://127.0.0.1', 'http://[::1]:8080'])('%s is this machine', (origin) => {
    expect(check({ issuer: `${origin}/realms/acme` }).issuers).toHaveLength(1);
  });

  it('http elsewhere has to be allowed', () => {
    const issuer = 'http://gateway:8080/realms/acme';
    expect(check({ issuer, allowInsecureHttp: true }).issuers).toEqual([{ issuer, jwksUri: null }]);
    expect(() => check({ issuer, allowInsecureHttp: 'yes' })).toThrow(/^issuer/);
  });

  it.each([['none'], ['HS256'], ['ES256', 'none'], [''], []])('algorithms %j: does not start', (...algorithms) => {
    expect(() => check({ algorithms })).toThrow(/^algorithms/);
  });

  it.each([
    { clockToleranceSeconds: 301 },
    { clockToleranceSeconds: -1 },
    { clockToleranceSeconds: Number.NaN },
    { clockToleranceSeconds: '5' },
    { maxTokenBytes: Number.POSITIVE_INFINITY },
    { cacheMaxAgeSeconds: 0 },
    { cooldownSeconds: 0 },
    { timeoutMs: 0 },
    { requiredClaims: [''] },
  ])('%j: does not start', (changes) => {
    expect(() => check(changes)).toThrow(Object.keys(changes)[0]);
  });

  it('a name that is no option is a mistake, not ignored', () => {
    expect(() => check({ audiences: ['billing'] })).toThrow('audiences is not an option');
  });
});
