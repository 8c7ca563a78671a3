import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseBasicCredentials } from './basic-credentials.js';

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const formEncode = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);
const wellFormed = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text) && text.isWellFormed());

describe('parseBasicCredentials', () => {
  it('returns whatever identifier and secret were form-encoded (RFC 6749 §2.3.1)', () => {
    fc.assert(
      fc.property(wellFormed.filter(Boolean), wellFormed, (clientId, clientSecret) => {
        const token = base64(`${formEncode(clientId)}:${formEncode(clientSecret)}`);
        expect(parseBasicCredentials(token)).toEqual({ clientId, clientSecret });
      }),
    );
  });

  it('never throws, whatever is sent', () => {
    fc.assert(fc.property(fc.string(), (token) => void parseBasicCredentials(token)));
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => void parseBasicCredentials(Buffer.from(bytes).toString('base64'))),
    );
  });

  it('parts at the first colon and keeps the later ones in the secret', () => {
    expect(parseBasicCredentials(base64('app:a:b:'))).toEqual({ clientId: 'app', clientSecret: 'a:b:' });
    expect(parseBasicCredentials(base64('urn%3Aapp:s'))).toEqual({ clientId: 'urn:app', clientSecret: 's' });
  });

  it('allows an empty secret, which no confidential client has', () => {
    expect(parseBasicCredentials(base64('app:'))).toEqual({ clientId: 'app', clientSecret: '' });
  });

  it.each([
    ['nothing', ''],
    ['no colon', base64('app')],
    ['an empty identifier', base64(':secret')],
    ['missing padding', base64('app:s1').replace(/=+$/, '') + 'x'],
    ['stray bits', 'YTpiYx=='],
    ['base64url', Buffer.from('a:\u00fb\u00ff\u00fe').toString('base64url')],
    ['white space inside', 'YTpi Yw=='],
    ['bytes that are not UTF-8', Buffer.from([0x61, 0x3a, 0xff]).toString('base64')],
    ['a broken percent escape', base64('app:100%')],
    ['an escape that is not UTF-8', base64('app:%ff')],
    ['a control character', base64('app:a\nb')],
    ['an escaped control character', base64('app%00:s')],
  ])('refuses %s', (_what, token) => {
    expect(parseBasicCredentials(token)).toBeNull();
  });
});
