import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstBytes } from './free-port.js';
import { startPrivateServer, temporaryFolder, type PrivateServer } from './private-server.js';
import { ensurePrograms, findProgram, PROGRAMS } from './programs.js';

/**
 * Starts a private Redis, in memory only, with a random password.
 *
 * @throws Error that says what to install when Redis is missing.
 */
export async function startRedis(): Promise<PrivateServer> {
  ensurePrograms([PROGRAMS.redis]);
  const command = findProgram(PROGRAMS.redis) ?? PROGRAMS.redis.name;
  const folder = temporaryFolder('redis');
  const password = randomBytes(18).toString('base64url');
  // In a file, because every user of the machine can read the command line.
  const config = join(folder, 'redis.conf');
  writeFileSync(config, `bind 127.0.0.1\nsave ""\nappendonly no\nrequirepass ${password}\n`, { mode: 0o600 });
  return startPrivateServer(
    {
      name: 'Redis',
      stopSignal: 'SIGTERM',
      command: (port) => ({ command, args: [config, '--port', String(port), '--dir', folder] }),
      url: (port) => `redis://:${password}@127.0.0.1:${String(port)}`,
      isReady: async (port) => {
        // One round trip of the Redis protocol: sign in, ask.
        const answer = await firstBytes(port, `AUTH ${password}\r\nPING\r\n`, 1_000);
        return answer.startsWith('+OK');
      },
    },
    folder,
  );
}
