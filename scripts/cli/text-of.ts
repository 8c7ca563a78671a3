import { readFileSync } from 'node:fs';
import { CliError } from './cli-error.js';

/** The text of a file, or of standard input for `-`, without a byte order mark. @throws CliError when it cannot be read, or is not UTF-8. */
export function textOf(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw new CliError(`Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    // What another encoding has written would come out as something else, without anybody noticing.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CliError(`${file} is not UTF-8.`);
  }
}
