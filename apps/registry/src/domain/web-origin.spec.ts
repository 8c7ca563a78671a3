import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hostileUri } from '../testing/hostile-uris.js';
import { webOriginProblem } from './web-origin.js';

describe('webOriginProblem', () => {
  it.each([
    'https://app.example',
    'https://app.example:8443',
    'https://xn--bcher-kva.example',
    'https://[2001:db8::1]',
    'http://localhost',
    'http://localhost:3000',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
  ])('accepts %s', (value) => {
    expect(webOriginProblem(value)).toBeNull();
  });

  it.each([
    ['', 'empty'],
    ['+', '+ of other products'],
    ['*', 'wildcard'],
    ['https://*.app.example', 'wildcard'],
    ['null', 'null'],
    ['app.example', 'must be an origin'],
    ['//app.example', 'must be an origin'],
    ['https:', 'host'],
    ['https://app.example/', 'no path'],
    ['https://app.example/x', 'no path'],
    ['https://app.example?x', 'no path'],
    ['https://app.example#x', 'fragment'],
    ['https://App.example', 'as browsers send it: https://app.example'],
    ['HTTPS://app.example', 'as browsers send it'],
    ['https://app.example:443', 'as browsers send it: https://app.example'],
    ['http://localhost:80', 'as browsers send it: http://localhost'],
    ['https://app.example:08443', 'as browsers send it: https://app.example:8443'],
    ['https://app.example:', 'port'],
    ['https://user@app.example', 'user information'],
    ['http://app.example', 'https'],
    ['http://localhost.evil.com', 'https'],
    ['ftp://app.example', 'https'],
    ['com.example.app://x', 'https'],
    ['chrome-extension://abc', 'https'],
    ['https://bücher.example', 'ASCII'],
    ['https://app.example ', 'spaces'],
    ['https://app.example%00', 'control'],
    ['https://app.example\\@evil.example', 'must not contain any of'],
  ])('refuses %j and says why', (value, why) => {
    expect(webOriginProblem(value)).toContain(why);
  });

  it('accepts only what a browser sends as Origin when its page is there (property)', () => {
    fc.assert(
      fc.property(fc.oneof(hostileUri(), fc.webUrl(), fc.string({ unit: 'binary' })), (value) => {
        if (webOriginProblem(value) === null) expect(new URL(value).origin).toBe(value);
      }),
      { numRuns: 2_000 },
    );
  });
});
