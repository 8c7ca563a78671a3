import { describe, expect, it } from '@jest/globals';
import { aRealm, NOW } from '../testing/builders.js';
import { changeRealm, checkDeletableRealm, newRealm } from './realm.js';

describe('newRealm', () => {
  it.each(['acme', 'Acme', 'a', '0', 'a.b_c-d', 'a'.repeat(63)])('accepts the name %s', (name) => {
    expect(newRealm({ id: 'x', name, displayName: null }, NOW).name).toBe(name);
  });

  it.each(['', '.a', '-a', '_a', 'a/b', 'a b', 'ä', 'a'.repeat(64), 'a\n'])('refuses the name %j', (name) => {
    expect(() => newRealm({ id: 'x', name, displayName: null }, NOW)).toThrow(
      expect.objectContaining({ code: 'validation_failed' }),
    );
  });
});

describe('changeRealm', () => {
  it('returns the very same realm when nothing differs', () => {
    const realm = aRealm();
    expect(changeRealm(realm, { enabled: true, settings: { accessTokenLifetimeSeconds: 300 } }, NOW)).toBe(realm);
  });

  it('changes only what is named', () => {
    const realm = aRealm({ displayName: 'Acme' });
    const changed = changeRealm(realm, { settings: { defaultSigningAlgorithm: 'EdDSA' } }, NOW);
    expect(changed).toEqual({
      ...realm,
      settings: { ...realm.settings, defaultSigningAlgorithm: 'EdDSA' },
      version: realm.version + 1,
    });
    expect(changeRealm(realm, { displayName: null }, NOW).displayName).toBeNull();
  });

  it('refuses lifetimes out of bounds', () => {
    for (const seconds of [0, 29, 30.5, 31_536_001]) {
      expect(() => changeRealm(aRealm(), { settings: { idTokenLifetimeSeconds: seconds } }, NOW)).toThrow(
        expect.objectContaining({ code: 'validation_failed' }),
      );
    }
  });

  it('never disables or deletes master', () => {
    const master = aRealm({ name: 'master' });
    const conflict = expect.objectContaining({ code: 'conflict' });
    expect(() => changeRealm(master, { enabled: false }, NOW)).toThrow(conflict);
    expect(() => checkDeletableRealm(master)).toThrow(conflict);
  });
});
