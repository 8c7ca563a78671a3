import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hostileUri } from '../testing/hostile-uris.js';
import { redirectUriProblem } from './redirect-uri.js';

const CONFIDENTIAL = { publicClient: false };
const PUBLIC = { publicClient: true };

describe('redirectUriProblem', () => {
  it.each([
    'https://app.example',
    'https://app.example/',
    'https://app.example/callback?tenant=7',
    'https://App.Example/callback',
    'https://app.example:8443/callback',
    'https://xn--bcher-kva.example/',
    'https://[2001:db8::1]/callback',
    'https://app.example/a%20b;c=d,(e)!',
    'https://localhost/callback',
    'http://localhost',
    'http://localhost:3000/callback',
    'http://127.0.0.1:49152/callback',
    'http://[::1]:49152/callback',
    'https://app.example/a%20b/..c/...?next=%2fx/../%2e%2e/%5cy',
    'https://localhost.evil.com/callback',
    'https://app.example/callback?coded=1&code_challenge=x',
  ])('accepts %s from every client', (value) => {
    expect(redirectUriProblem(value, CONFIDENTIAL)).toBeNull();
    expect(redirectUriProblem(value, PUBLIC)).toBeNull();
  });

  it.each(['com.example.app:/callback', 'com.example.app://callback', 'com.example.app:/cb?x=1'])(
    'accepts the private-use scheme of %s from a public client only (RFC 8252 §7.1)',
    (value) => {
      expect(redirectUriProblem(value, PUBLIC)).toBeNull();
      expect(redirectUriProblem(value, CONFIDENTIAL)).toContain('only a public client');
    },
  );

  it.each([
    ['', 'empty'],
    ['/callback', 'scheme'],
    ['app.example/callback', 'scheme'],
    ['//app.example/callback', 'scheme'],
    ['https:', 'host'],
    ['https:/app.example', 'host'],
    ['https:app.example', 'host'],
    ['https:///app.example', 'host'],
    ['https://?x=1', 'host'],
    ['https://:443/', 'host'],
    ['https://app.example:/', 'port'],
    ['https://app.example:0/', 'port'],
    ['https://app.example:65536/', 'port'],
    ['https://app.example:80a/', 'port'],
    ['https://a:b:c/', 'host'],
    ['https://app.example/#top', 'fragment'],
    ['https://app.example/#', 'fragment'],
    ['https://*.app.example/', 'wildcard'],
    ['https://app.example/*', 'wildcard'],
    ['https://user@app.example/', 'user information'],
    ['https://user:password@app.example/', 'user information'],
    ['https://app.example@evil.example/', 'user information'],
    ['https://app.example\\@evil.example/', 'must not contain any of'],
    ['https://app.example/a b', 'spaces'],
    ['https://app.example/\n', 'control'],
    ['https://app.example/\u0000', 'control'],
    ['https://app.example/%0d%0aset-cookie:x', 'control'],
    ['https://app.example/%zz', 'hexadecimal'],
    ['https://bücher.example/', 'ASCII'],
    ['https://ex%61mple.com/', 'normal form'],
    ['https://0x7f.1/', 'normal form'],
    ['https://[0:0::1]/', 'normal form'],
    ['https://app.example]/', 'host'],
    ['https://app..example/', 'empty labels'],
    ['https://app.example./', 'empty labels'],
    ['https://.app.example/', 'empty labels'],
    ['https://./', 'empty labels'],
    ['https://app.example/a%2fb', 'encoded slash'],
    ['https://app.example/a%2F..%2Fb', 'encoded slash'],
    ['https://app.example/a%5Cb', 'encoded slash'],
    ['https://app.example/%5c%5cevil.example', 'encoded slash'],
    ['http://app.example/', 'https'],
    ['http://localhost.evil.example/', 'https'],
    ['http://LOCALHOST/', 'https'],
    ['http://127.1/', 'https'],
    ['http://127.0.0.2/', 'https'],
    ['http://[::2]/', 'https'],
    ['javascript:alert(1)', 'scheme javascript'],
    ['JavaScript:alert(1)', 'scheme javascript'],
    ['data:text/html,x', 'scheme data'],
    ['ftp://app.example/', 'https'],
    ['myapp:/callback', 'with a dot'],
    ['com.example.app:', 'path'],
    ['com.example.app://user@callback', 'user information'],
    ['.com.example:/callback', 'scheme'],
    ['com..example:/callback', 'reversed domain'],
    ['https://app.example/a/../b', 'segment'],
    ['https://app.example/.', 'segment'],
    ['https://app.example/%2e%2E/b', 'segment'],
    ['https://app.example/.%2e?a=1', 'segment'],
    ['com.example.app:/a/../b', 'segment'],
    ['https://app.example/?code=1', 'parameter code'],
    ['https://app.example/?x=1&state=', 'parameter state'],
    ['https://app.example/?iss', 'parameter iss'],
    ['https://app.example/?err%6fr=1', 'parameter error'],
    ['com.example.app:/cb?code=1', 'parameter code'],
    [`https://app.example/${'a'.repeat(2_048)}`, '2048'],
  ])('refuses %j and says why', (value, why) => {
    expect(redirectUriProblem(value, PUBLIC)).toContain(why);
  });

  it('accepts only what a browser understands in the very same way (property)', () => {
    const anything = fc.oneof(
      { weight: 5, arbitrary: hostileUri() },
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.constantFrom('https://', 'http://', 'https:', 'a.b:/', ''), fc.string())
        .map((parts) => parts.join('')),
      fc
        .tuple(
          fc.constantFrom('https', 'http', 'com.example'),
          fc.constantFrom('://', ':/', ':', ':///'),
          fc.constantFrom('localhost', '127.0.0.1', '[::1]', 'a.example', 'a@b', '0x7f.1', ''),
          fc.constantFrom('', ':80', ':x', ':'),
          fc.constantFrom('', '/', '/cb?a=1', '?code=1', '/#', '/*'),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anything, fc.boolean(), (value, publicClient) => {
        if (redirectUriProblem(value, { publicClient }) !== null) return;
        const url = new URL(value);
        expect(url.hash).toBe('');
        // Scheme, host and port as they stand, and a path that no browser shortens: nothing in between, nothing behind.
        const [, authority = '', path = ''] = /^[^:/]+:(?:\/\/([^/?]*))?([^?]*)/.exec(value) ?? [];
        if (url.protocol.startsWith('http')) {
          // A browser leaves out the port that is the scheme's own, and leading zeros.
          const [host = '', port] = authority.toLowerCase().split(/:(?=\d+$)/);
          expect([host, Number(port ?? 0)]).toEqual([
            url.hostname,
            port === undefined ? 0 : Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
          ]);
        }
        expect(url.pathname).toBe(path === '' && url.protocol.startsWith('http') ? '/' : path);
        expect(value).not.toMatch(/[#*\\\s]/);
        expect([url.username, url.password]).toEqual(['', '']);
        for (const name of ['code', 'state', 'iss', 'error']) expect(url.searchParams.has(name)).toBe(false);
        if (url.protocol === 'http:') expect(['localhost', '127.0.0.1', '[::1]']).toContain(url.hostname);
        else if (url.protocol !== 'https:') expect([publicClient, url.protocol.includes('.')]).toEqual([true, true]);
        if (url.protocol.startsWith('http')) expect(value.toLowerCase()).toContain(`://${url.hostname}`);
      }),
      { numRuns: 10_000 },
    );
  });

  it('is no empty promise: of the hostile URIs some are accepted and most are not', () => {
    const sample = fc.sample(hostileUri(), 5_000);
    const accepted = sample.filter((value) => redirectUriProblem(value, PUBLIC) === null);
    expect(accepted.length).toBeGreaterThan(10);
    expect(accepted.length).toBeLessThan(sample.length / 2);
  });

  it('answers every input with a reason or acceptance, in time that does not explode (property)', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 5_000 }), (value) => {
        const problem = redirectUriProblem(value, PUBLIC);
        expect(problem === null || problem.startsWith('must')).toBe(true);
      }),
    );
    const started = performance.now();
    redirectUriProblem(`https://${'a:'.repeat(1_000)}`, PUBLIC);
    redirectUriProblem(`${'a.'.repeat(1_000)}:/`, PUBLIC);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
