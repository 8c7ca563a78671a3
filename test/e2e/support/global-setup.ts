import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Shape } from './shape.js';

const root = join(import.meta.dirname, '..', '..', '..');

/** What runs while the end-to-end tests do; `global-teardown.ts` stops it. */
export interface RunningShape {
  stopShape?: () => Promise<void>;
}

/**
 * Starts one Chancery for all files of the run, in the shape of `CHANCERY_E2E_SHAPE` (`standalone` by default, or `cluster`), or
 * takes the one at `CHANCERY_E2E_URL` (several gateways with commas; `CHANCERY_E2E_ADMIN_USERNAME`, `_PASSWORD`). Jest loads
 * this file outside its own module system, where `#testing` and neighbours mean what was compiled: hence the build first.
 */
// eslint-disable-next-line no-restricted-syntax -- Jest calls the default export of a global setup.
export default async function startShape(): Promise<void> {
  const { shape, stop } = await start();
  process.env['CHANCERY_E2E'] = JSON.stringify(shape);
  (globalThis as RunningShape).stopShape = stop;
}

async function start(): Promise<{ shape: Shape; stop: () => Promise<void> }> {
  const url = process.env['CHANCERY_E2E_URL'];
  if (url !== undefined) {
    const shape = {
      kind: 'external',
      baseUrls: url.split(','),
      adminUsername: process.env['CHANCERY_E2E_ADMIN_USERNAME'] ?? 'admin',
      adminPassword: process.env['CHANCERY_E2E_ADMIN_PASSWORD'] ?? '',
    } as const;
    return { shape, stop: () => Promise.resolve() };
  }
  execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 120_000,
  });
  const kind = process.env['CHANCERY_E2E_SHAPE'] ?? 'standalone';
  switch (kind) {
    case 'standalone':
      return startStandalone();
    case 'cluster':
      return startTheCluster();
    default:
      throw new Error(`CHANCERY_E2E_SHAPE must be standalone or cluster, not ${kind}`);
  }
}

async function startStandalone(): Promise<{ shape: Shape; stop: () => Promise<void> }> {
  // A path, not a URL: Jest may turn the import into a require.
  const compiled = join(root, 'dist/test/e2e/support/standalone.js');
  const { Standalone } = (await import(compiled)) as typeof import('./standalone.js');
  const program = await Standalone.start(root);
  return { shape: program.shape, stop: () => program.stop() };
}

async function startTheCluster(): Promise<{ shape: Shape; stop: () => Promise<void> }> {
  const { startCluster } = await import('#testing');
  const cluster = await startCluster({
    replicas: { gateway: 2, tokens: 2, audit: 2 },
    // The receivers of tests are on this machine.
    env: { CHANCERY_WEBHOOK_ALLOW_HTTP: 'true', CHANCERY_WEBHOOK_ALLOW_PRIVATE_ADDRESSES: 'true' },
    onCrash: (process, how) => {
      report(`${process.title} ended by itself (${how}):\n${process.logTail(30)}`);
    },
  });
  const { baseUrls, adminUsername, adminPassword } = cluster;
  return { shape: { kind: 'cluster', baseUrls, adminUsername, adminPassword }, stop: () => cluster.stop() };
}

/** Past Jest, which would add a stack to it. */
function report(text: string): void {
  process.stderr.write(`${text}\n`);
}
