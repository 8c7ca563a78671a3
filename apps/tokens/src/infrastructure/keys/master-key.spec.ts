import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '#config';
import { randomBytes } from 'node:crypto';
import { TokensSettings } from '../../config.js';
import { MasterKey } from './master-key.js';

const base64 = (): string => randomBytes(32).toString('base64');

describe('MasterKey', () => {
  const key = base64();
  const master = new MasterKey(key);
  const plaintext = Buffer.from('marked private key');

  it('opens what it sealed, for the same row only', () => {
    const sealed = master.seal(plaintext, 'realm/kid');
    expect(Buffer.from(new MasterKey(key).open(sealed, 'realm/kid'))).toEqual(plaintext);
    expect(() => master.open(sealed, 'realm/other')).toThrow();
  });

  it('never seals the same way twice, and shows nothing of what it sealed', () => {
    const one = master.seal(plaintext, 'r/k');
    const two = master.seal(plaintext, 'r/k');
    expect(one.ciphertext).not.toBe(two.ciphertext);
    expect(one.wrappedDataKey).not.toBe(two.wrappedDataKey);
    expect(Buffer.from(one.ciphertext, 'base64url').includes(plaintext)).toBe(false);
  });

  it.each(['wrappedDataKey', 'ciphertext'] as const)('notices an altered %s', (member) => {
    const sealed = master.seal(plaintext, 'r/k');
    const bytes = Buffer.from(sealed[member], 'base64url');
    bytes[15] = (bytes[15] ?? 0) ^ 1;
    expect(() => master.open({ ...sealed, [member]: bytes.toString('base64url') }, 'r/k')).toThrow();
    expect(() => master.open({ ...sealed, [member]: '' }, 'r/k')).toThrow();
  });

  it('names the setting when the key is another one', () => {
    const sealed = master.seal(plaintext, 'r/k');
    expect(() => new MasterKey(base64()).open(sealed, 'r/k')).toThrow(/CHANCERY_MASTER_KEY/);
  });
});

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
