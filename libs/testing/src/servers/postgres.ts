import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { startPrivateServer, temporaryFolder, type PrivateServer } from './private-server.js';
import { ensurePrograms, findProgram, PROGRAMS } from './programs.js';

/**
 * Starts a private PostgreSQL with the durability it has by default (a commit survives a crash). `url` is the superuser's,
 * with a random password.
 *
 * @param parent where its folder is made; the usual place for temporary files by default.
 * @throws Error that says what to install when PostgreSQL is missing.
 */
export async function startPostgres(parent?: string): Promise<PrivateServer> {
  ensurePrograms([PROGRAMS.postgres, PROGRAMS.initdb]);
  const postgres = findProgram(PROGRAMS.postgres) ?? PROGRAMS.postgres.name;
  const initdb = findProgram(PROGRAMS.initdb) ?? PROGRAMS.initdb.name;
  const owner = serverUser();
  const folder = temporaryFolder('postgres', parent);
  const data = join(folder, 'data');
  const password = randomBytes(18).toString('base64url');
  mkdirSync(data, { mode: 0o700 });
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner !== null) {
    for (const path of [folder, data, passwordFile]) chownSync(path, owner.uid, owner.gid);
  }

  const made = spawnSync(
    initdb,
    [
      ...['--pgdata', data, '--username', 'postgres', '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
      ...['--encoding', 'UTF8', '--locale', 'C', '--no-sync', '--no-instructions'],
    ],
    { cwd: folder, encoding: 'utf8', timeout: 60_000, ...(owner ?? {}) },
  );
  if (made.status !== 0) throw new Error(`initdb failed (exit ${String(made.status)}):\n${made.stderr}`);
  rmSync(passwordFile);

  return startPrivateServer(
    {
      name: 'PostgreSQL',
      ...(owner ?? {}),
      // "Fast" shutdown: open connections are closed, no data is lost.
      stopSignal: 'SIGINT',
      command: (port) => ({
        command: postgres,
        args: ['-D', data, '-p', String(port), ...settings()],
      }),
      url: (port) => urlOf(port, password),
      isReady: (port) => answers(urlOf(port, password)),
    },
    folder,
  );
}

function settings(): readonly string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    // No socket in a shared folder: the password is the only way in.
    unix_socket_directories: '',
    max_connections: '200',
    log_min_messages: 'warning',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function urlOf(port: number, password: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${String(port)}/postgres`;
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  // A connection that breaks while it is being closed is no concern here.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** PostgreSQL refuses to run as root; then the user that its package brings runs it. Null: run as oneself. */
function serverUser(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const ask = (flag: string): number => {
    const result = spawnSync('id', [flag, 'postgres'], { encoding: 'utf8', timeout: 5_000 });
    if (result.status !== 0) {
      throw new Error('PostgreSQL does not run as root and there is no user "postgres": run this as another user.');
    }
    return Number(result.stdout);
  };
  return { uid: ask('-u'), gid: ask('-g') };
}
