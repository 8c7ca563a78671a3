import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
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
