import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '#config';
import { randomBytes } from 'node:crypto';
import { TokensSettings } from './config.js';

const base64 = (): string => randomBytes(32).toString('base64');

describe('TokensSettings', () => {
  const load = (environment: Record<string, string>) =>
    loadSettings(TokensSettings, { CHANCERY_MASTER_KEY: base64(), ...environment });

  it('needs the master key, and nothing else', () => {
    expect(load({}).publicUrl).toBe('http://localhost:8080');
    expect(() => loadSettings(TokensSettings, {})).toThrow(/CHANCERY_MASTER_KEY/);
  });

  it.each(['short', randomBytes(31).toString('base64'), randomBytes(33).toString('base64'), 'é'.repeat(44)])(
    'refuses the master key %j without showing it',
    (value) => {
      expect(() => load({ CHANCERY_MASTER_KEY: value })).toThrow(
        /CHANCERY_MASTER_KEY must be the base64 of exactly 32/,
      );
      expect(() => load({ CHANCERY_MASTER_KEY: value })).not.toThrow(value);
    },
  );

  it.each(['https://id.example', 'http://localhost:8080', 'https://id.example:8443/base'])('takes %s', (value) => {
    expect(load({ CHANCERY_PUBLIC_URL: value }).publicUrl).toBe(value);
  });

  it.each([
    'https://id.example/',
    'ftp://id.example',
    'id.example',
    'https://user@id.example',
    'https://id.example?x',
    'https://id.example#x',
    'https://ID.example',
    'https://id.example:443',
  ])('refuses the public URL %s', (value) => {
    expect(() => load({ CHANCERY_PUBLIC_URL: value })).toThrow(/CHANCERY_PUBLIC_URL must be/);
  });
});
