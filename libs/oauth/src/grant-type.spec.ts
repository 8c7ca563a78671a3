import { describe, expect, it } from '@jest/globals';
import { requireGrantType } from './grant-type.js';

const supported = ['client_credentials', 'password'] as const;

describe('requireGrantType', () => {
  it('returns a supported one', () => {
    expect(requireGrantType({ grant_type: 'password' }, supported)).toBe('password');
  });

  it.each([[{}], [{ grant_type: '' }]])('RFC 6749 §5.2: %j → invalid_request', (parameters) => {
    expect(() => requireGrantType(parameters as Record<string, string>, supported)).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });

  it.each(['Password', 'implicit', ' password', 'toString'])('RFC 6749 §5.2: %j → unsupported_grant_type', (asked) => {
    expect(() => requireGrantType({ grant_type: asked }, supported)).toThrow(
      expect.objectContaining({ code: 'unsupported_grant_type' }),
    );
  });
});
