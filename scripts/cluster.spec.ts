import { expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

function cluster(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'scripts', 'run.mjs'), 'dist/scripts/cluster.js', ...args],
    { encoding: 'utf8', timeout: 60_000 },
  );
  return { status, stdout, stderr };
}

it('tells its options', () => {
  const { status, stdout } = cluster('--help');
  expect(status).toBe(0);
  for (const option of ['--tokens N', '--gateway N', '--port P']) expect(stdout).toContain(option);
});

it.each([
  [['--token', '2'], "Unknown option '--token'"],
  [['--tokens', 'two'], '--tokens must be a whole number from 1 to 64'],
  [['--tokens', '0'], '--tokens must be a whole number from 1 to 64'],
  [['--port', '70000'], '--port must be a whole number from 1 to 65535'],
  [['extra'], "Unexpected argument 'extra'"],
])('refuses %j in one plain line, before it starts anything', (args, message) => {
  const { status, stdout, stderr } = cluster(...args);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
  expect(stdout).toBe('');
});
