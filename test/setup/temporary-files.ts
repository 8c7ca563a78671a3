import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives the tests of a run, and all that they start, one new folder for their temporary files, which goes when the run ends: with
 * whatever a test that failed, or a program that it killed, has left behind. Tests cannot see to that themselves: Jest keeps the end
 * of the process from them.
 */
// eslint-disable-next-line no-restricted-syntax -- Jest calls the default export of a global setup.
export default function keepTemporaryFilesTogether(): void {
  const folder = mkdtempSync(join(tmpdir(), 'chancery-tests-'));
  // PostgreSQL, as a user of its own, passes through.
  chmodSync(folder, 0o711);
  process.env['TMPDIR'] = folder;
  process.on('exit', () => {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    } catch {
      // A disk that a failed test has left mounted: nothing that the outcome may depend on.
    }
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => process.exit(128 + constants.signals[signal]));
  }
}
