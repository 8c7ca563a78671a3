import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { PrivateServer } from '#testing';

const root = join(import.meta.dirname, '..', '..');

/** The servers that run while the integration tests do; `stop-servers.ts` ends them. */
export interface RunningServers {
  servers?: readonly PrivateServer[];
}

/**
 * Starts PostgreSQL, Redis and NATS for the integration tests, unless the environment names some already. Jest loads this file
 * outside its own module system, where `#testing` means the compiled library: hence the build first.
 */
// eslint-disable-next-line no-restricted-syntax -- Jest calls the default export of a global setup.
export default async function startServers(): Promise<void> {
  execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 120_000,
  });
  const { startNats, startPostgres, startRedis } = await import('#testing');
  const start = async (variable: string, starter: () => Promise<PrivateServer>): Promise<PrivateServer[]> => {
    if (process.env[variable] !== undefined) return [];
    const server = await starter();
    process.env[variable] = server.url;
    return [server];
  };
  const servers = await Promise.all([
    start('TEST_DATABASE_URL', startPostgres),
    start('TEST_REDIS_URL', startRedis),
    start('TEST_NATS_URL', startNats),
  ]);
  (globalThis as RunningServers).servers = servers.flat();
}
