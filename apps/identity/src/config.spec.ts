import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '#config';
import { IdentitySettings } from './config.js';

describe('identity settings', () => {
  it('have a name for the administrator and no password', () => {
    const settings = loadSettings(IdentitySettings, {});
    expect(settings.adminUsername).toBe('admin');
    expect(settings.adminPassword).toBeUndefined();
  });

  it.each(['hunter2', 'password12345', 'the admin says hi', 'x'.repeat(257)])(
    'refuse a password that is guessed first without showing it: %j',
    (password) => {
      const load = (): unknown => loadSettings(IdentitySettings, { CHANCERY_ADMIN_PASSWORD: password });
      expect(load).toThrow(/CHANCERY_ADMIN_PASSWORD/);
      expect(load).not.toThrow(new RegExp(password));
    },
  );

  it('take a password that nobody guesses', () => {
    const password = 'seven quiet otters hum';
    expect(loadSettings(IdentitySettings, { CHANCERY_ADMIN_PASSWORD: password }).adminPassword).toBe(password);
  });

  it.each(['service-account-x', 'Service-Account-x', ' admin', 'admin ', 'a\u0007b', 'x'.repeat(256)])(
    'refuse %j as a name',
    (name) => {
      expect(() => loadSettings(IdentitySettings, { CHANCERY_ADMIN_USERNAME: name })).toThrow(
        /CHANCERY_ADMIN_USERNAME/,
      );
    },
  );

  it.each(['a', 'root', 'Ada Lovelace', 'ada@example.org', 'änne'])('take %j as a name', (name) => {
    expect(loadSettings(IdentitySettings, { CHANCERY_ADMIN_USERNAME: name }).adminUsername).toBe(name);
  });
});
