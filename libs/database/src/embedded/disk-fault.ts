import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** With less than a segment of the write-ahead log and some pages PostgreSQL cannot recover, and breaks off without a word. */
const RECOVERY_BYTES = 24 * 1_024 * 1_024;

/**
 * What a disk can refuse, by the name that Node gives it and by the number that PostgreSQL in WebAssembly throws, which is no `Error` and
 * has no words (`errno` of WASI preview 1).
 */
const FAULTS: readonly (readonly [code: string, wasi: number, words: string])[] = [
  ['ENOSPC', 51, 'no room is left on its disk'],
  ['EDQUOT', 19, 'its disk quota is used up'],
  ['EROFS', 69, 'its disk is read-only'],
  ['EACCES', 2, 'this user may not read or write all of it'],
  ['EPERM', 63, 'this user may not read or write all of it'],
  ['EIO', 29, 'its disk reports errors'],
];

/** What is wrong with the disk, in words for an operator; null when it is something else. */
export function diskFault(thrown: unknown): string | null {
  if (typeof thrown !== 'object' || thrown === null) return null;
  const { code, errno, name } = thrown as Readonly<Record<string, unknown>>;
  const found = FAULTS.find(
    ([known, wasi]) => code === known || (name === 'ErrnoError' && code === undefined && errno === wasi),
  );
  return found === undefined ? null : `${found[2]} (${found[0]})`;
}

/** What is wrong with the disk of a folder, for who has failed there without being told why; null when nothing is. */
export function diskProblemOf(folder: string): string | null {
  const probe = join(folder, '.probe');
  try {
    writeFileSync(probe, '');
    rmSync(probe);
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    return free < RECOVERY_BYTES
      ? `too little room is left on its disk (${String(Math.floor(free / 2 ** 20))} MB)`
      : null;
  } catch (error: unknown) {
    return diskFault(error);
  }
}

/** Anything thrown, in words: Emscripten throws objects that only have numbers. */
export function wordsOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.stack ?? thrown.message;
  return typeof thrown === 'object' ? JSON.stringify(thrown) : String(thrown);
}
