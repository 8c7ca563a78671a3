import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { masterKeyOf } from './master-key.js';

const folder = (): string => mkdtempSync(join(tmpdir(), 'master-key-'));

describe('masterKeyOf', () => {
  test('makes a key of 32 bytes once, readable by its owner only, and keeps it', () => {
    const dataDir = folder();
    const key = masterKeyOf(dataDir, {}, false) ?? '';
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    expect(statSync(join(dataDir, 'master.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dataDir, 'master.key'), 'utf8')).toBe(`${key}\n`);
    expect(masterKeyOf(dataDir, {}, true)).toBe(key);
  });

  test('leaves a key from the settings alone', () => {
    const dataDir = folder();
    expect(masterKeyOf(dataDir, { CHANCERY_MASTER_KEY: 'x' }, false)).toBeUndefined();
    expect(masterKeyOf(dataDir, { CHANCERY_MASTER_KEY_FILE: '/x' }, true)).toBeUndefined();
  });

  test('refuses a database whose key is gone instead of making one that opens nothing', () => {
    const dataDir = folder();
    expect(() => masterKeyOf(dataDir, {}, true)).toThrow(/master\.key is missing.*restore it/);
  });
});
