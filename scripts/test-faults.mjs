// `npm run test:faults [-- --minutes N] [-- --seed N]`: kills and stops whatever there is at random, under load, for minutes; then looks
// whether anything is lost. The same seed chooses the same faults.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pinnedNode } from './run.mjs';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' }, help: { type: 'boolean' } },
});
const minutes = Number(values.minutes);
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
if (values.help || !(minutes > 0) || !Number.isSafeInteger(seed) || seed < 0) {
  console.log('Usage: npm run test:faults -- [--minutes 10] [--seed <number>]');
  process.exit(values.help ? 0 : 2);
}
console.log(`Random faults for ${minutes} minutes; again with --minutes ${minutes} --seed ${seed}`);
const { status } = spawnSync(
  pinnedNode(),
  [
    ...['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'],
    ...['--selectProjects', 'faults', '--testPathPatterns', 'random', '--runInBand'],
  ],
  {
    cwd: dirname(dirname(fileURLToPath(import.meta.url))),
    stdio: 'inherit',
    env: { ...process.env, CHANCERY_FAULT_MINUTES: String(minutes), CHANCERY_FAULT_SEED: String(seed) },
  },
);
process.exitCode = status ?? 1;
