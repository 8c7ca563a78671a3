import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clientIdentifierOf, isReservedUsername, serviceAccountUsername, usernameKey } from './username.js';

describe('usernames', () => {
  it('compare without case and without regard to how letters are encoded', () => {
    expect(usernameKey('ÄLICE')).toBe(usernameKey('a\u0308lice'));
    expect(usernameKey('alice')).not.toBe(usernameKey('alice '));
  });

  it('have a stable key', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(usernameKey(usernameKey(name))).toBe(usernameKey(name));
      }),
    );
  });

  it('of service accounts are reserved, in any case, and name their client', () => {
    fc.assert(
      fc.property(fc.string(), (clientId) => {
        const username = serviceAccountUsername(clientId);
        expect(isReservedUsername(username)).toBe(true);
        expect(clientIdentifierOf(username)).toBe(clientId);
      }),
    );
    expect(isReservedUsername('Service-Account-x')).toBe(true);
    expect(isReservedUsername('service-accountant')).toBe(false);
  });
});
