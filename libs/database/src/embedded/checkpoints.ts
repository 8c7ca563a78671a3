import { Client } from 'pg';

/** When to write checkpoints; only tests change it. */
export interface CheckpointTimes {
  /** How often to look how much has been written, in milliseconds. */
  readonly lookEveryMs: number;
  /** How many bytes of write-ahead log may have been written since the last one. */
  readonly afterBytes: number;
}

/** So much is read again in about a second after a crash, and a checkpoint holds everybody up for a fifth of one. */
const TIMES: CheckpointTimes = { lookEveryMs: 10_000, afterBytes: 64 * 1_024 * 1_024 };

/**
 * Writes checkpoints of the embedded database, which has no process of its own that would: without them its write-ahead log grows
 * until the program is stopped in order, and a start after a crash has to read all of it.
 */
export class Checkpoints {
  private readonly times: CheckpointTimes;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();

  private readonly url: string;

  /** @param url of the database. */
  constructor(url: string, times: Partial<CheckpointTimes> = {}) {
    this.url = url;
    this.times = { ...TIMES, ...times };
    this.timer = this.schedule();
  }

  /** Writes no more; resolves when the one in hand is written. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.looking;
  }

  private schedule(): NodeJS.Timeout {
    return setTimeout(() => {
      this.looking = this.look().then(() => {
        if (this.timer !== undefined) this.timer = this.schedule();
      });
    }, this.times.lookEveryMs).unref();
  }

  /** Never throws: what fails now (the disk is full, say) may not the next time, and others notice. */
  private async look(): Promise<void> {
    const client = new Client({ connectionString: this.url });
    client.on('error', () => {});
    try {
      await client.connect();
      const { rows } = await client.query<{ readonly due: boolean }>(
        `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) >= $1 AS due FROM pg_control_checkpoint()`,
        [this.times.afterBytes],
      );
      if (rows[0]?.due === true) await client.query('CHECKPOINT');
    } catch {
      // See above.
    } finally {
      await client.end().catch(() => {});
    }
  }
}
