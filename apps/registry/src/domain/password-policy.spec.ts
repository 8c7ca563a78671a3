import { DEFAULT_PASSWORD_POLICY } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import { aRealm, NOW } from '../testing/builders.js';
import type { PasswordPolicyChanges } from './password-policy.js';
import { changeRealm } from './realm.js';
import { realmSnapshotOf } from './snapshots.js';

const change = (passwordPolicy: PasswordPolicyChanges) => changeRealm(aRealm(), { settings: { passwordPolicy } }, NOW);

describe('the password policy of a realm', () => {
  it('changes member by member, and only when something differs', () => {
    const realm = aRealm();
    expect(realm.settings.passwordPolicy).toEqual(DEFAULT_PASSWORD_POLICY);
    const changed = changeRealm(
      realm,
      { settings: { passwordPolicy: { minLength: 15, blockedWords: ['acme', 'acme'] } } },
      NOW,
    );
    expect(changed.settings.passwordPolicy).toEqual({
      ...DEFAULT_PASSWORD_POLICY,
      minLength: 15,
      blockedWords: ['acme'],
    });
    expect(changed.version).toBe(realm.version + 1);
    expect(changeRealm(changed, { settings: { passwordPolicy: { minLength: 15 } } }, NOW)).toBe(changed);
    expect(changeRealm(realm, { settings: { passwordPolicy: {} } }, NOW)).toBe(realm);
  });

  it('is part of the snapshot, with its members in one order whatever the database makes of it', () => {
    const { settings } = aRealm();
    const { blockedWords, maxLength, ...rest } = settings.passwordPolicy;
    const other = aRealm({ settings: { ...settings, passwordPolicy: { maxLength, blockedWords, ...rest } } });
    expect(JSON.stringify(realmSnapshotOf(other).settings)).toBe(JSON.stringify(realmSnapshotOf(aRealm()).settings));
  });

  it.each<[PasswordPolicyChanges, string]>([
    [{ minLength: 7 }, '/password_policy/min_length'],
    [{ minLength: 65 }, '/password_policy/min_length'],
    [{ minLength: 8.5 }, '/password_policy/min_length'],
    [{ maxLength: 63 }, '/password_policy/max_length'],
    [{ maxLength: 1_025 }, '/password_policy/max_length'],
    [{ blockedWords: ['ab'] }, '/password_policy/blocked_words'],
    [{ blockedWords: ['x'.repeat(65)] }, '/password_policy/blocked_words'],
    [{ blockedWords: ['a\0b'] }, '/password_policy/blocked_words'],
    [
      { blockedWords: Array.from({ length: 101 }, (_, index) => `word${String(index)}`) },
      '/password_policy/blocked_words',
    ],
  ])('cannot become %j', (changes, pointer) => {
    expect(() => change(changes)).toThrow(
      expect.objectContaining({ code: 'validation_failed', fields: [expect.objectContaining({ pointer })] }),
    );
  });

  it('takes the bounds themselves', () => {
    expect(change({ minLength: 8, maxLength: 64 }).settings.passwordPolicy).toMatchObject({
      minLength: 8,
      maxLength: 64,
    });
    expect(change({ minLength: 64, maxLength: 1_024 }).settings.passwordPolicy).toMatchObject({ minLength: 64 });
  });
});
