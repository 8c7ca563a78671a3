import { loadSettings, type Environment } from '#config';
import { describe, expect, it } from '@jest/globals';
import { GatewaySettings, trustedProxyList } from './config.js';

const load = (environment: Environment) => loadSettings(GatewaySettings, environment);

describe('the settings of the gateway', () => {
  it('have defaults for a machine of its own', () => {
    expect(load({})).toEqual({
      publicUrl: 'http://localhost:8080',
      httpHost: '127.0.0.1',
      httpPort: 8080,
      trustedProxies: '',
      maxInFlight: 1_000,
    });
  });

  it.each(['', '10.0.0.1', '10.0.0.0/8, ::1 ,fd00::/8', 'loopback,uniquelocal', ' , '])(
    'take the proxies %p',
    (text) => {
      const settings = load({ CHANCERY_TRUSTED_PROXIES: text });
      expect(trustedProxyList(settings).every((entry) => entry !== '' && entry === entry.trim())).toBe(true);
    },
  );

  it.each(['true', '*', 'proxy.example', '0.0.0.0/0', '::/0', '10.0.0.0/33', '10.0.0.1/8/8', '10.0.0.0/', '1'])(
    'refuse the proxies %p',
    (text) => {
      expect(() => load({ CHANCERY_TRUSTED_PROXIES: text })).toThrow(/CHANCERY_TRUSTED_PROXIES/);
    },
  );

  it.each(['localhost', 'ftp://a', 'https://a/', 'https://a?b', 'https://a#b', 'https://u:p@a', 'https://'])(
    'refuse the public URL %p',
    (text) => {
      expect(() => load({ CHANCERY_PUBLIC_URL: text })).toThrow(/CHANCERY_PUBLIC_URL/);
    },
  );

  it('take a public URL with a path', () => {
    expect(load({ CHANCERY_PUBLIC_URL: 'https://id.example/auth' }).publicUrl).toBe('https://id.example/auth');
  });

  it.each([
    ['CHANCERY_HTTP_PORT', '65536'],
    ['CHANCERY_HTTP_PORT', '-1'],
    ['CHANCERY_MAX_IN_FLIGHT', '0'],
    ['CHANCERY_MAX_IN_FLIGHT', 'many'],
  ])('refuse %s=%s', (name, value) => {
    expect(() => load({ [name]: value })).toThrow(new RegExp(name));
  });
});
