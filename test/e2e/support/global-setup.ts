import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Shape } from './shape.js';

const root = join(import.meta.dirname, '..', '..', '..');
const START_TIMEOUT_MS = 90_000;

/** What runs while the end-to-end tests do; `global-teardown.ts` stops it. */
export interface RunningShape {
  stopShape?: () => Promise<void>;
}

/**
 * Starts one Chancery for all files of the run, in the shape of `CHANCERY_E2E_SHAPE` (`standalone` by default, or `cluster`), or
 * takes the one at `CHANCERY_E2E_URL` (several gateways with commas; `CHANCERY_E2E_ADMIN_USERNAME`, `_PASSWORD`). Jest loads
 * this file outside its own module system, where `#testing` means the compiled library: hence the build first, and no
 * imports of neighbours.
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

async function startTheCluster(): Promise<{ shape: Shape; stop: () => Promise<void> }> {
  const { startCluster } = await import('#testing');
  const cluster = await startCluster({
    replicas: { gateway: 2, tokens: 2 },
    onCrash: (process, how) => {
      report(`${process.title} ended by itself (${how}):\n${process.logTail(30)}`);
    },
  });
  const { baseUrls, adminUsername, adminPassword } = cluster;
  return { shape: { kind: 'cluster', baseUrls, adminUsername, adminPassword }, stop: () => cluster.stop() };
}

async function startStandalone(): Promise<{ shape: Shape; stop: () => Promise<void> }> {
  const { freePort } = await import('#testing');
  const folder = mkdtempSync(join(tmpdir(), 'chancery-e2e-'));
  const logFile = join(folder, 'standalone.log');
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${String(port)}`;
  const adminPassword = randomBytes(18).toString('base64url');
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, ['--enable-source-maps', join(root, 'dist/apps/standalone/src/main.js')], {
    cwd: root,
    stdio: ['ignore', log, log],
    env: {
      // Settings of the machine must not reach the program under test.
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CHANCERY_'))),
      CHANCERY_DATA_DIR: join(folder, 'data'),
      CHANCERY_HTTP_PORT: String(port),
      CHANCERY_PUBLIC_URL: baseUrl,
      CHANCERY_ADMIN_USERNAME: 'admin',
      CHANCERY_ADMIN_PASSWORD: adminPassword,
    },
  });
  closeSync(log);
  const killed = () => child.kill('SIGKILL');
  process.once('exit', killed);
  const logEnd = () => readFileSync(logFile, 'utf8').split('\n').slice(-30).join('\n');
  let stopping = false;
  child.once('exit', (code, signal) => {
    if (!stopping) report(`standalone ended by itself (${String(code ?? signal)}):\n${logEnd()}`);
  });
  const stop = async () => {
    stopping = true;
    await stopChild(child);
    process.off('exit', killed);
    rmSync(folder, { recursive: true, force: true });
  };
  if (!(await answers(`${baseUrl}/health/ready`, child))) {
    const end = logEnd();
    await stop();
    throw new Error(`standalone did not become ready:\n${end}`);
  }
  return { shape: { kind: 'standalone', baseUrls: [baseUrl], adminUsername: 'admin', adminPassword }, stop };
}

/** Past Jest, which would add a stack to it. */
function report(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    try {
      if ((await fetch(url)).status === 200) return true;
    } catch {
      // Not listening yet.
    }
    await sleep(50);
  }
  return false;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await exited;
  clearTimeout(timer);
}
