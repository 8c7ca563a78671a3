import { AppError } from '#errors';
import { SilentLogger, type Logger } from '#observability';
import { Redis, type RedisOptions } from 'ioredis';
import { REDIS_SCRIPTS } from './redis-scripts.js';

/** So many commands without an answer in a row, and the connection is made anew. */
const TIMEOUTS_TO_GIVE_UP = 4;

/** What `defineCommand` adds; the first argument of those for many keys is how many there are. */
interface ScriptCommands {
  snapshotFence(count: number, ...keysAndArguments: (string | number)[]): Promise<number>;
  snapshotUnfence(count: number, ...keysAndArguments: (string | number)[]): Promise<number>;
  snapshotPublish(key: string, fenceId: string, value: string, ttlMs: number): Promise<number>;
  snapshotFill(key: string, leaseId: string, value: string, ttlMs: number): Promise<number>;
}

/** A Redis client with the store's scripts. */
export type ScriptedRedis = Redis & ScriptCommands;

/**
 * One connection to Redis, and which run of the server it leads to. Every key carries the server's `run_id`: what a restarted
 * server has loaded from an old dump, or a replica promoted without the latest writes, holds other names and is not read.
 */
export class RedisLink {
  private readonly redis: ScriptedRedis;
  private runId: string | undefined;
  private timeoutsInARow = 0;
  private closed = false;

  constructor(
    url: string,
    options: { readonly name: string; readonly commandTimeoutMs: number; readonly logger?: Logger | undefined },
  ) {
    const logger = options.logger ?? new SilentLogger();
    const redis = new Redis(url, {
      connectionName: options.name,
      commandTimeout: options.commandTimeoutMs,
      connectTimeout: 1_000,
      disconnectTimeout: 200,
      keepAlive: 10_000,
      // Nothing waits for a server that is away: readers ask the owner, writers refuse.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => Math.min(20 * times, 250),
      reconnectOnError: (error) => /^(READONLY|LOADING)/.test(error.message),
    } satisfies RedisOptions);
    for (const [name, script] of Object.entries(REDIS_SCRIPTS)) redis.defineCommand(name, script);
    this.redis = redis as ScriptedRedis;
    redis.on('ready', () => void this.learnRun(() => logger.info({ connection: options.name }, 'Redis is there')));
    redis.on('close', () => {
      if (this.runId !== undefined) logger.warn({ connection: options.name }, 'Redis is away');
      this.runId = undefined;
    });
    // Without a listener a refused connection would end the process; readiness shows the state.
    redis.on('error', () => {});
  }

  get ready(): boolean {
    return this.runId !== undefined;
  }

  /**
   * Runs commands; `keyOf` names keys of the server's present run.
   *
   * @throws AppError `unavailable` for every failure.
   */
  async run<T>(
    commands: (redis: ScriptedRedis, keyOf: (address: { name: string; key: string }) => string) => Promise<T>,
  ): Promise<T> {
    const { runId } = this;
    if (runId === undefined) throw new AppError('unavailable', { reason: 'snapshot_store_away' });
    try {
      const result = await commands(this.redis, (address) => `chancery:snap:${runId}:${address.name}:${address.key}`);
      this.timeoutsInARow = 0;
      return result;
    } catch (error) {
      if (error instanceof AppError) throw error;
      this.noteTimeout(error);
      throw new AppError('unavailable', { reason: 'snapshot_store_failed', cause: error });
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    this.runId = undefined;
    await this.redis.quit().catch(() => {});
    this.redis.disconnect();
  }

  /** A server that went silent (partition) is given up, so that what follows is on a fresh connection. */
  private noteTimeout(error: unknown): void {
    if (!(error instanceof Error) || error.message !== 'Command timed out') return;
    this.timeoutsInARow += 1;
    if (this.timeoutsInARow < TIMEOUTS_TO_GIVE_UP) return;
    this.timeoutsInARow = 0;
    if (!this.closed) this.redis.disconnect(true);
  }

  private async learnRun(onReady: () => void): Promise<void> {
    try {
      const info = await this.redis.info('server');
      const runId = /^run_id:(\S+)/m.exec(info)?.[1];
      if (runId === undefined) throw new Error('the server does not tell its run_id');
      if (this.closed || this.redis.status !== 'ready') return;
      this.runId = runId;
      onReady();
    } catch {
      // Asked again on a new connection.
      if (!this.closed) this.redis.disconnect(true);
    }
  }
}
