import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '#errors';
import { claimedClientId, parseClientAuthentication } from './client-authentication.js';

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

function refusalOf(authorization: string | null, parameters: Record<string, string>): AppError {
  try {
    parseClientAuthentication(authorization, parameters);
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown;
  }
  throw new Error('was not refused');
}

describe('parseClientAuthentication', () => {
  it('reads client_secret_basic, in any case of the scheme', () => {
    const expected = { method: 'client_secret_basic', clientId: 'app', clientSecret: 's' };
    expect(parseClientAuthentication(basic('app:s'), {})).toEqual(expected);
    expect(parseClientAuthentication(basic('app:s').replace('Basic', 'bASIC'), {})).toEqual(expected);
  });

  it('allows the same client_id in the form beside Basic', () => {
    expect(parseClientAuthentication(basic('app:s'), { client_id: 'app' }).clientId).toBe('app');
  });

  it('reads client_secret_post', () => {
    const parameters = { client_id: 'app', client_secret: 's' };
    expect(parseClientAuthentication(null, parameters)).toEqual({
      method: 'client_secret_post',
      clientId: 'app',
      clientSecret: 's',
    });
  });

  it('reads none, an empty client_secret counting as omitted (RFC 6749 §3.2)', () => {
    expect(parseClientAuthentication(null, { client_id: 'app' })).toEqual({ method: 'none', clientId: 'app' });
    expect(parseClientAuthentication(null, { client_id: 'app', client_secret: '' }).method).toBe('none');
  });

  it.each([
    ['Basic and client_secret', basic('app:s'), { client_secret: 's' }],
    ['Basic and an assertion', basic('app:s'), { client_assertion: 'x' }],
    ['a broken header and client_secret', 'Bearer x', { client_id: 'app', client_secret: 's' }],
    ['client_secret and an assertion', null, { client_id: 'app', client_secret: 's', client_assertion_type: 'x' }],
    ['another client_id than Basic', basic('app:s'), { client_id: 'other' }],
  ])('RFC 6749 §2.3 MUST NOT use more than one method: %s → invalid_request', (_what, authorization, parameters) => {
    expect(refusalOf(authorization, parameters as Record<string, string>).code).toBe('invalid_request');
  });

  it.each([
    ['Bearer', 'Bearer abc', {}],
    ['an empty header', '', {}],
    ['Basic without credentials', 'Basic', {}],
    ['Basic with broken base64', 'Basic a', {}],
    ['Basic with two tokens', 'Basic YTpi YTpi', {}],
    ['nothing at all', null, {}],
    ['an empty client_id', null, { client_id: '' }],
    ['a secret without client_id', null, { client_secret: 's' }],
    ['a control character', null, { client_id: 'app\u0000' }],
    ['an assertion', null, { client_assertion: 'x', client_assertion_type: 'y' }],
  ])('RFC 6749 §5.2: %s → invalid_client', (_what, authorization, parameters) => {
    expect(refusalOf(authorization, parameters as Record<string, string>).code).toBe('invalid_client');
  });

  it('says nothing that was sent, and keeps to the characters of error_description (RFC 6749 §5.2)', () => {
    fc.assert(
      fc.property(
        fc.option(fc.string(), { nil: null }),
        fc.dictionary(
          fc.constantFrom('client_id', 'client_secret', 'client_assertion'),
          fc.string({ minLength: 6 }).filter((text) => !text.includes(' ')),
        ),
        (authorization, parameters) => {
          try {
            parseClientAuthentication(authorization, parameters);
          } catch (thrown) {
            if (!(thrown instanceof AppError)) throw thrown;
            expect(thrown.message).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
            for (const value of Object.values(parameters)) expect(thrown.message).not.toContain(value);
          }
        },
      ),
    );
  });
});

describe('claimedClientId', () => {
  it.each<[string, string | null, Record<string, string>, string | null]>([
    ['Basic', basic('app:s'), {}, 'app'],
    ['Basic and a form that differs', basic('app:s'), { client_id: 'other', client_secret: 's' }, 'app'],
    ['Basic that cannot be read', 'Basic !', { client_id: 'app' }, 'app'],
    ['another scheme', 'Bearer x', { client_id: 'app' }, 'app'],
    ['an assertion', null, { client_id: 'app', client_assertion: 'a.b.c' }, 'app'],
    ['nothing', null, {}, null],
    ['an empty name', null, { client_id: '' }, null],
    ['a name that no log should hold', null, { client_id: 'a\u0000b' }, null],
  ])('of %s', (_what, authorization, parameters, claimed) => {
    expect(claimedClientId(authorization, parameters)).toBe(claimed);
  });
});
