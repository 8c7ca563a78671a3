import type { Environment } from '#config';
import { OperatorError } from '#errors';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Length of a master key in bytes: AES-256. */
const MASTER_KEY_BYTES = 32;

/**
 * The master key of the data folder, base64: the one in the settings, or the folder's own, made at the first start with mode
 * 0600. A folder whose database exists but whose key is gone is refused, because a new key could open none of the signing
 * keys in it.
 */
export function masterKeyOf(dataDir: string, environment: Environment, databaseExists: boolean): string | undefined {
  if (environment['CHANCERY_MASTER_KEY'] || environment['CHANCERY_MASTER_KEY_FILE']) return undefined;
  const path = join(dataDir, 'master.key');
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  if (databaseExists) {
    throw new OperatorError(
      `${path} is missing, and the signing keys in ${dataDir} cannot be opened without it: restore it or set CHANCERY_MASTER_KEY`,
    );
  }
  const key = randomBytes(MASTER_KEY_BYTES).toString('base64');
  writeDurably(path, `${key}\n`);
  return key;
}

/** Writes beside and renames, so that a crash leaves either no key or a whole one. */
function writeDurably(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}
