import { OperatorError } from '#errors';
import { accessSync, constants, mkdirSync } from 'node:fs';

/** Makes the data folder, for this user alone, if it is not there yet. @throws OperatorError when it cannot be used. */
export function makeDataFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    throw new OperatorError(`CHANCERY_DATA_DIR must be a folder that this user may make and write in (${code})`, {
      cause,
    });
  }
}
