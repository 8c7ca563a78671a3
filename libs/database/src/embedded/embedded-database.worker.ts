import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { diskFault, wordsOf } from './disk-fault.js';
import { DurableNodeFs, syncPath, syncTree } from './durable-node-fs.js';
import { SessionServer } from './session-server.js';

/** What the main thread starts this worker with. */
export interface WorkerInput {
  /** The database's own folder; made when missing. */
  readonly folder: string;
  readonly socketPath: string;
  readonly idleInTransactionMs: number;
}

/** What this worker tells. `ready` once, or `failed`; `broken` when the session has died. After `close` it ends. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly reason: string; readonly isDisk: boolean }
  | { readonly type: 'broken'; readonly reason: string };

/**
 * PGlite's own parameters, but with fsync (`-F` is without), so that what is acknowledged survives a power cut too; of
 * PostgreSQL's methods only plain `fsync` reaches the file system.
 */
const START_PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'wal_sync_method=fsync',
];

const input = workerData as WorkerInput;

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

async function open(): Promise<PGlite> {
  await createOnce();
  return PGlite.create({
    fs: new DurableNodeFs(input.folder),
    relaxedDurability: false,
    startParams: START_PARAMETERS,
  });
}

/** Makes the files beside their place and moves them there whole: a first start that is killed leaves nothing half made. */
async function createOnce(): Promise<void> {
  if (existsSync(join(input.folder, 'PG_VERSION'))) return;
  const unfinished = `${input.folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const database = await PGlite.create({ dataDir: unfinished, relaxedDurability: false });
  await database.close();
  syncTree(unfinished);
  await rename(unfinished, input.folder);
  syncPath(dirname(input.folder));
}

async function main(): Promise<void> {
  const database = await open();
  const version = await database.query<{ server_version: string }>('SHOW server_version');
  const server = new SessionServer({
    session: {
      execute: (messages, onAnswer) =>
        // The bytes are a window on the session's memory: copied, because the next command overwrites them.
        database.execProtocolRawStream(messages, { onRawData: (bytes) => onAnswer(bytes.slice()) }),
      isInTransaction: () => database.isInTransaction(),
    },
    socketPath: input.socketPath,
    facts: {
      server_version: version.rows[0]?.server_version ?? '18',
      server_encoding: 'UTF8',
      client_encoding: 'UTF8',
      DateStyle: 'ISO, MDY',
      TimeZone: 'UTC',
      integer_datetimes: 'on',
      standard_conforming_strings: 'on',
    },
    idleInTransactionMs: input.idleInTransactionMs,
    onBroken: (error) => tell({ type: 'broken', reason: error instanceof Error ? error.message : String(error) }),
  });
  await server.listen();
  parentPort?.once('message', () => {
    void (async () => {
      await server.close();
      await database.close();
      process.exit(0);
    })();
  });
  tell({ type: 'ready' });
}

try {
  await main();
} catch (thrown: unknown) {
  const fault = diskFault(thrown);
  tell({ type: 'failed', reason: fault ?? wordsOf(thrown), isDisk: fault !== null });
  setImmediate(() => process.exit(1));
}
