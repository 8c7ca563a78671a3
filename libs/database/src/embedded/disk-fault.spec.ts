import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskFault, diskProblemOf, wordsOf } from './disk-fault.js';

describe('what a disk refuses', () => {
  it.each([
    [{ name: 'ErrnoError', errno: 51 }, 'no room is left on its disk (ENOSPC)'],
    [{ name: 'ErrnoError', errno: 69 }, 'its disk is read-only (EROFS)'],
    [Object.assign(new Error('x'), { code: 'ENOSPC', errno: -28 }), 'no room is left on its disk (ENOSPC)'],
    [Object.assign(new Error('x'), { code: 'EACCES' }), 'this user may not read or write all of it (EACCES)'],
  ])('is told of %p', (thrown, words) => {
    expect(diskFault(thrown)).toBe(words);
  });

  it.each([{ errno: 51 }, { name: 'ErrnoError', errno: 1 }, new Error('ENOSPC'), null, 'ENOSPC', 51])(
    'is not seen in %p',
    (thrown) => {
      expect(diskFault(thrown)).toBeNull();
    },
  );

  it('is looked for where nobody told', () => {
    const folder = mkdtempSync(join(tmpdir(), 'chancery-probe-'));
    expect(diskProblemOf(folder)).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
    expect(diskProblemOf(folder)).toBeNull();
  });

  it('is never "[object Object]"', () => {
    expect(wordsOf({ name: 'ErrnoError', errno: 7 })).toBe('{"name":"ErrnoError","errno":7}');
    expect(wordsOf(new Error('why'))).toContain('why');
    expect(wordsOf(undefined)).toBe('undefined');
  });
});
