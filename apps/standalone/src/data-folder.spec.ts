import { OperatorError } from '#errors';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDataFolder } from './data-folder.js';

describe('makeDataFolder', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chancery-data-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('makes what is missing, for this user alone, and takes what is there', () => {
    const path = join(folder, 'a', 'b');
    makeDataFolder(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(() => makeDataFolder(path)).not.toThrow();
  });

  it.each(['', 'below'])('names the setting when a file is in the way (%s)', (below) => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => makeDataFolder(join(file, below))).toThrow(OperatorError);
    expect(() => makeDataFolder(join(file, below))).toThrow(/^CHANCERY_DATA_DIR .*\((EEXIST|ENOTDIR)\)$/);
  });
});
