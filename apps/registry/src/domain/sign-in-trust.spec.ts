import { BUILT_IN_PERMISSIONS } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import { requireMayTrustSignIn, widensTrustedSignIn, type SignInFacts } from './sign-in-trust.js';

const facts = (firstParty: boolean, ...uris: readonly string[]): SignInFacts => ({
  firstParty,
  redirectUris: uris.map((value) => ({ value: value.replace('!', ''), enabled: !value.startsWith('!') })),
});

describe('trust in a client that asks nobody', () => {
  it.each([
    ['a client that asks', null, facts(false, 'a'), false],
    ['a new first-party client', null, facts(true), true],
    ['one that becomes first-party', facts(false, 'a'), facts(true, 'a'), true],
    ['one that ceases to be', facts(true, 'a'), facts(false, 'a', 'b'), false],
    ['the same place', facts(true, 'a'), facts(true, 'a'), false],
    ['another place', facts(true, 'a'), facts(true, 'a', 'b'), true],
    ['another place that is not open yet', facts(true, 'a'), facts(true, 'a', '!b'), false],
    ['a place that is opened again', facts(true, 'a', '!b'), facts(true, 'a', 'b'), true],
    ['fewer places', facts(true, 'a', 'b'), facts(true, 'a', '!b'), false],
  ])('%s', (_, before, after, widens) => {
    expect(widensTrustedSignIn(before, after)).toBe(widens);
  });

  it('is given by whoever holds every built-in permission, and nobody else', () => {
    const all = BUILT_IN_PERMISSIONS.map(({ name }) => name);
    expect(() => {
      requireMayTrustSignIn({ kind: 'user', permissions: all });
      requireMayTrustSignIn({ kind: 'system', permissions: [] });
    }).not.toThrow();
    for (const missing of all) {
      const permissions = all.filter((name) => name !== missing);
      expect(() => {
        requireMayTrustSignIn({ kind: 'user', permissions });
      }).toThrow(expect.objectContaining({ code: 'forbidden', reason: 'exceeds_actor' }));
    }
  });
});
