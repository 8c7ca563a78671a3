import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpaceReserve } from './space-reserve.js';

describe('SpaceReserve', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chancery-reserve-'));
    file = join(folder, 'reserve');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('is kept where there is room, and stays while there is', () => {
    const reserve = new SpaceReserve(file, 1_000_000);
    reserve.lend();
    reserve.take();
    expect(statSync(file).size).toBe(1_000_000);
    reserve.lend();
    reserve.take();
    expect(statSync(file).size).toBe(1_000_000);
  });

  it('is not made where there is little room', () => {
    new SpaceReserve(file, Number.MAX_SAFE_INTEGER / 8).take();
    expect(existsSync(file)).toBe(false);
  });

  it('is lent when there is less room than that', () => {
    new SpaceReserve(file, 1_000_000).take();
    // The same file, for somebody who thinks the disk full.
    new SpaceReserve(file, Number.MAX_SAFE_INTEGER / 8).lend();
    expect(existsSync(file)).toBe(false);
  });
});
