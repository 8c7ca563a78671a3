import { expect, test } from '@jest/globals';
import { holdsSecret, maskSecrets } from './mask-secrets.js';

const SECRET = 'chs_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl';
const TOKEN = `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.${Buffer.from('{"sub":"x"}').toString('base64url')}.c2lnbmF0dXJl`;
const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 251).toString('base64')}`;

test.each([
  [SECRET, '***'],
  [`a ${SECRET} b ${TOKEN}`, 'a *** b ***'],
  [TOKEN, '***'],
  [`my ${WEBHOOK_SECRET}!`, 'my ***!'],
  [TOKEN.split('.').slice(0, 2).join('.'), '***'],
])('masks %s', (text, masked) => {
  expect(maskSecrets(text)).toBe(masked);
  expect(holdsSecret(text)).toBe(true);
});

test.each(['billing', 'chs_short', 'whsec_short', 'eyJ', 'eyJust.a.name', 'Mozilla/5.0 (X11)', ''])(
  'leaves %p as it is',
  (text) => {
    expect(maskSecrets(text)).toBe(text);
    expect(holdsSecret(text)).toBe(false);
  },
);
