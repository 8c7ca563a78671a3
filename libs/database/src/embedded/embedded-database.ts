import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { OperatorError } from '#errors';
import { embeddedUrl } from '../embedded-url.js';
import { Checkpoints, type CheckpointTimes } from './checkpoints.js';
import { diskFault, diskProblemOf } from './disk-fault.js';
import type { WorkerInput, WorkerMessage } from './embedded-database.worker.js';
import { lockFolder } from './folder-lock.js';
import { sourceArguments } from './source-arguments.js';
import { SpaceReserve } from './space-reserve.js';

/** The name PostgreSQL clients look for in a folder that they are given as host. */
const SOCKET_NAME = '.s.PGSQL.5432';
/** Unix socket paths end at 104 bytes (macOS) or 108 (Linux). */
const MAX_SOCKET_PATH_BYTES = 100;
const IDLE_IN_TRANSACTION_MS = 30_000;

/** What an embedded database may be started with. */
export interface EmbeddedDatabaseOptions {
  /**
   * Told when the session has died while running; every connection is closed then. Without it the error is thrown as an
   * uncaught one: a process without its database should end and start again.
   */
  readonly onBroken?: (error: Error) => void;
  /** How long a transaction may stand idle while others wait, in milliseconds. */
  readonly idleInTransactionMs?: number;
  /** When checkpoints are written. */
  readonly checkpoints?: Partial<CheckpointTimes>;
}

/**
 * PostgreSQL in this process (PGlite, in a worker thread), as an ordinary endpoint on a Unix socket that only this user can
 * reach. Data lies in `<data folder>/database`; what was acknowledged survives `kill -9` and a power cut. One session serves
 * all connections: transactions run one after another, and `SET` or session locks would be everybody's.
 */
export class EmbeddedDatabase {
  /** For `createDataSource`. */
  readonly url: string;
  private readonly onClose: () => Promise<void>;

  private constructor(url: string, onClose: () => Promise<void>) {
    this.url = url;
    this.onClose = onClose;
  }

  /**
   * Opens the database, making it on the first start (a few seconds).
   *
   * @throws OperatorError when another process has the folder, or its disk refuses; Error when it cannot be opened for another reason.
   */
  static async start(dataDir: string, options: EmbeddedDatabaseOptions = {}): Promise<EmbeddedDatabase> {
    const folder = resolve(dataDir);
    try {
      return await EmbeddedDatabase.open(folder, options);
    } catch (error) {
      throw asOperatorError(error, folder);
    }
  }

  private static async open(folder: string, options: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const socket = socketFolder(folder);
    const socketPath = join(socket.folder, SOCKET_NAME);
    let unlock: () => void;
    try {
      unlock = await lockFolder(join(folder, 'database.lock'), socketPath);
    } catch (error) {
      socket.remove();
      throw error;
    }
    const release = (): void => {
      socket.remove();
      unlock();
    };
    // Left behind by a process that was killed; nobody can be listening, for this process has the lock.
    rmSync(socketPath, { force: true });

    const reserve = new SpaceReserve(join(folder, 'reserve'));
    reserve.lend();
    let ending = false;
    const onBroken = (error: Error): void => {
      if (ending) return;
      ending = true;
      if (options.onBroken === undefined) throw error;
      options.onBroken(error);
    };
    try {
      const worker = await startWorker(
        {
          folder: join(folder, 'database'),
          socketPath,
          idleInTransactionMs: options.idleInTransactionMs ?? IDLE_IN_TRANSACTION_MS,
        },
        onBroken,
      );
      reserve.take();
      const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      const url = embeddedUrl(socket.folder);
      const checkpoints = new Checkpoints(url, options.checkpoints);
      return new EmbeddedDatabase(url, async () => {
        await checkpoints.stop();
        ending = true;
        worker.postMessage('close');
        await ended;
        release();
      });
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Rolls open transactions back, writes a checkpoint, gives the folder free. Close the data sources before. */
  async close(): Promise<void> {
    await this.onClose();
  }
}

function startWorker(input: WorkerInput, onBroken: (error: Error) => void): Promise<Worker> {
  const worker = new Worker(workerFile(), {
    workerData: input,
    execArgv: UNCOMPILED ? sourceArguments() : [],
    name: 'database',
  });
  return new Promise((resolve, reject) => {
    let started = false;
    const fail = (error: Error): void => (started ? onBroken(error) : reject(error));
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'failed') fail(message.isDisk ? notOpened(message.reason) : new Error(message.reason));
      if (message.type === 'broken') fail(new Error(`the embedded database broke: ${message.reason}`));
      if (message.type !== 'ready') return;
      started = true;
      resolve(worker);
    });
    worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => fail(new Error(`the embedded database ended with code ${code}`)));
  });
}

/** A disk that refuses is the operator's to mend, and no fault of the product. */
function asOperatorError(error: unknown, folder: string): unknown {
  const fault = error instanceof OperatorError ? null : (diskFault(error) ?? diskProblemOf(folder));
  return fault === null ? error : notOpened(fault);
}

function notOpened(reason: string): OperatorError {
  return new OperatorError(
    `the database in CHANCERY_DATA_DIR cannot be opened: ${reason}. Nothing in it was changed or lost; start again when that is mended`,
  );
}

/** Beside this file, compiled or (under Jest) not. */
const UNCOMPILED = import.meta.url.endsWith('.ts');

function workerFile(): URL {
  return new URL(`./embedded-database.worker.${UNCOMPILED ? 'ts' : 'js'}`, import.meta.url);
}

/** A folder that only this user may enter, in the data folder when the path is short enough for a socket. */
function socketFolder(dataFolder: string): { readonly folder: string; readonly remove: () => void } {
  const folder = join(dataFolder, 'socket');
  if (Buffer.byteLength(join(folder, SOCKET_NAME)) <= MAX_SOCKET_PATH_BYTES) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    return { folder, remove: () => {} };
  }
  const temporary = mkdtempSync(join(tmpdir(), 'chancery-'));
  return { folder: temporary, remove: () => rmSync(temporary, { recursive: true, force: true }) };
}
