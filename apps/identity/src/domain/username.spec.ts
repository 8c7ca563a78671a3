import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  clientIdentifierOf,
  isReservedUsername,
  serviceAccountUsername,
  usernameKey,
  usernameProblem,
} from './username.js';

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

describe('names of people', () => {
  it.each([
    'a',
    'ada',
    'ada.lovelace@example.com',
    "o'brien",
    'änne',
    'Иван',
    'Αλέξανδρος',
    '山田太郎',
    'さくら',
    'ユーザー',
    '김철수',
    'محمد',
    'user+tag',
    '42',
  ])('can be %j', (name) => {
    expect(usernameProblem(name)).toBeNull();
  });

  it.each([
    ['', /empty/],
    ['x'.repeat(256), /at most/],
    [' ada', /only/],
    ['a b', /only/],
    ['a\u200bda', /only/],
    ['a\u202eda', /only/],
    ['ada\0', /only/],
    ['a/b', /only/],
    ['a\\b', /only/],
    ['<ada>', /only/],
    ['a"b', /only/],
    ['a:b', /only/],
    ['...', /letter or a digit/],
    ['a\u0308nne', /form C/],
    ['ａda', /compatibility/],
    ['ﬁona', /compatibility/],
    ['ad\u0430', /scripts/],
    ['аdmin', /scripts/],
    ['раура', /Latin letters/],
    ['ΑΒΒΑ', /Latin letters/],
    ['٤٢a', /only/],
    ['\ud800', /well-formed/],
    ['Service-Account-x', /service accounts/],
  ])('cannot be %j', (name, reason) => {
    expect(usernameProblem(name)).toMatch(reason);
  });
});
