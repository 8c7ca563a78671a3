import { describe, expect, test } from '@jest/globals';
import { IsBase64, IsOptional, Max, Min } from 'class-validator';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings, Setting, SettingsError, unknownSettings } from './index.js';

class Base {
  @Setting({ name: 'CHANCERY_LOG_LEVEL', description: 'Log level.', type: 'string', default: 'info' })
  logLevel!: string;
}

class Example extends Base {
  @Setting({ name: 'CHANCERY_PORT', description: 'Port.', type: 'integer', default: 8080 })
  @Min(1)
  @Max(65535)
  port!: number;

  @Setting({ name: 'CHANCERY_KEY', description: 'Key.', type: 'string', required: true, secret: true })
  @IsBase64()
  key!: string;

  @Setting({ name: 'CHANCERY_FLAG', description: 'Flag.', type: 'boolean' })
  @IsOptional()
  flag?: boolean;
}

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    loadSettings(Example, environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('loadSettings', () => {
  test('fills defaults, converts, and reads inherited settings', () => {
    const settings = loadSettings(Example, {
      CHANCERY_KEY: 'YWJj',
      CHANCERY_FLAG: 'true',
      CHANCERY_LOG_LEVEL: 'debug',
    });
    expect(settings).toMatchObject({ port: 8080, key: 'YWJj', flag: true, logLevel: 'debug' });
  });

  test('reads a value from the file that NAME_FILE names, without the last line break', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'settings-')), 'key');
    writeFileSync(file, 'YWJj\n');
    expect(loadSettings(Example, { CHANCERY_KEY_FILE: file }).key).toBe('YWJj');
  });

  test('refuses NAME beside NAME_FILE, and a file that is not there', () => {
    expect(problemsOf({ CHANCERY_KEY: 'YWJj', CHANCERY_KEY_FILE: '/none' })[0]).toMatch(/both set/);
    expect(problemsOf({ CHANCERY_KEY_FILE: '/none' })[0]).toMatch(/CHANCERY_KEY_FILE .*ENOENT/);
  });

  test('names every wrong setting and never a value', () => {
    const problems = problemsOf({ CHANCERY_PORT: 'x1x', CHANCERY_FLAG: 'perhaps' });
    expect(problems).toHaveLength(3);
    expect(problems.join()).toMatch(/CHANCERY_PORT.*CHANCERY_KEY.*CHANCERY_FLAG/s);
    expect(problems.join()).not.toMatch(/x1x|perhaps/);
  });

  test('rules are reported under the setting', () => {
    expect([...problemsOf({ CHANCERY_KEY: 'not base64!', CHANCERY_PORT: '70000' })].sort()).toEqual([
      expect.stringMatching(/^CHANCERY_KEY must be base64/),
      expect.stringMatching(/^CHANCERY_PORT must not be greater than 65535/),
    ]);
  });

  test('an empty variable counts as absent', () => {
    expect(problemsOf({ CHANCERY_KEY: '' })[0]).toMatch(/CHANCERY_KEY is missing/);
  });
});

describe('unknownSettings', () => {
  test('finds misspelt settings and offers the nearest', () => {
    const known = ['CHANCERY_MASTER_KEY', 'CHANCERY_NATS_URL'];
    expect(unknownSettings({ CHANCERY_MASTERKEY: 'x', CHANCERY_NATS_URL_FILE: 'y', PATH: '/' }, known)).toEqual([
      'CHANCERY_MASTERKEY is not a setting; did you mean CHANCERY_MASTER_KEY?',
    ]);
    expect(unknownSettings({ CHANCERY_E2E_SHAPE: 'cluster', CHANCERY_FROBNICATE: '1' }, known)).toEqual([
      'CHANCERY_FROBNICATE is not a setting',
    ]);
  });
});
