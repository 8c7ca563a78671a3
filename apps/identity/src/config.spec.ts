import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '#config';
import { IdentitySettings } from './config.js';

describe('identity settings', () => {
  it('have a name for the administrator and no password', () => {
    const settings = loadSettings(IdentitySettings, {});
    expect(settings.adminUsername).toBe('admin');
    expect(settings.adminPassword).toBeUndefined();
  });

  it('refuse a short password without showing it', () => {
    const load = (): unknown => loadSettings(IdentitySettings, { CHANCERY_ADMIN_PASSWORD: 'hunter2' });
    expect(load).toThrow(/CHANCERY_ADMIN_PASSWORD/);
    expect(load).not.toThrow(/hunter2/);
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
