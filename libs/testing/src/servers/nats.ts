import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstBytes } from './free-port.js';
import { startPrivateServer, temporaryFolder, type PrivateServer } from './private-server.js';
import { ensurePrograms, findProgram, PROGRAMS } from './programs.js';

/**
 * Starts a private NATS server with JetStream.
 *
 * @param options.config more of the server's configuration, such as an `authorization { … }` block; `url` then holds no
 *   user, which the caller adds (`nats://user:password@host:port`).
 * @param options.parent where its folder is made; the usual place for temporary files by default. What of it JetStream may use is
 *   not asked then: the disk itself is the limit.
 * @throws Error that says what to install when nats-server is missing.
 */
export async function startNats(
  options: { readonly config?: string; readonly parent?: string | undefined } = {},
): Promise<PrivateServer> {
  ensurePrograms([PROGRAMS.nats]);
  const command = findProgram(PROGRAMS.nats) ?? PROGRAMS.nats.name;
  const folder = temporaryFolder('nats', options.parent);
  const limit = options.parent === undefined ? '' : ', max_file_store: 2GB';
  const store = join(folder, 'jetstream');
  mkdirSync(store);
  const config = join(folder, 'nats.conf');
  writeFileSync(config, `jetstream { store_dir: "${store}"${limit} }\n${options.config ?? ''}\n`, { mode: 0o600 });
  return startPrivateServer(
    {
      name: 'NATS',
      stopSignal: 'SIGTERM',
      command: (port) => ({ command, args: ['--config', config, '--addr', '127.0.0.1', '--port', String(port)] }),
      url: (port) => `nats://127.0.0.1:${String(port)}`,
      // The server speaks first, and tells whether JetStream is up.
      isReady: async (port) => {
        const greeting = await firstBytes(port, null, 1_000);
        return greeting.startsWith('INFO ') && greeting.includes('"jetstream":true');
      },
    },
    folder,
  );
}
