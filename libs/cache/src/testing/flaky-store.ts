import { AppError } from '#errors';
import { SnapshotStore, type ReadOrLeased, type StoredSnapshot } from '../ports.js';

/** Trouble that a process may have with the store, and that all processes share. */
export interface Trouble {
  /** Nobody reaches the store now. */
  outage: boolean;
  /** Chance that one operation fails: before it was carried out, or after it was and only the answer is lost. */
  failureRate: number;
  /** The longest delay on the way there, and on the way back, in milliseconds. */
  maxDelayMs: number;
}

/** A store as one process sees it over a bad network. */
export class FlakyStore extends SnapshotStore {
  constructor(
    private readonly store: SnapshotStore,
    private readonly trouble: Trouble,
  ) {
    super();
  }

  read(...given: Parameters<SnapshotStore['read']>): Promise<readonly StoredSnapshot[]> {
    return this.pass(() => this.store.read(...given));
  }

  fence(...given: Parameters<SnapshotStore['fence']>): Promise<void> {
    return this.pass(() => this.store.fence(...given));
  }

  renew(...given: Parameters<SnapshotStore['renew']>): Promise<void> {
    return this.pass(() => this.store.renew(...given));
  }

  publish(...given: Parameters<SnapshotStore['publish']>): Promise<void> {
    return this.pass(() => this.store.publish(...given));
  }

  unfence(...given: Parameters<SnapshotStore['unfence']>): Promise<void> {
    return this.pass(() => this.store.unfence(...given));
  }

  lease(...given: Parameters<SnapshotStore['lease']>): Promise<boolean> {
    return this.pass(() => this.store.lease(...given));
  }

  readOrLease(...given: Parameters<SnapshotStore['readOrLease']>): Promise<readonly ReadOrLeased[]> {
    return this.pass(() => this.store.readOrLease(...given));
  }

  fill(...given: Parameters<SnapshotStore['fill']>): Promise<void> {
    return this.pass(() => this.store.fill(...given));
  }

  isReady(): boolean {
    return !this.trouble.outage;
  }

  async close(): Promise<void> {}

  private async pass<T>(operation: () => Promise<T>): Promise<T> {
    await randomPause(this.trouble.maxDelayMs);
    if (this.trouble.outage || Math.random() < this.trouble.failureRate) throw new AppError('unavailable');
    const result = await operation();
    await randomPause(this.trouble.maxDelayMs);
    if (this.trouble.outage || Math.random() < this.trouble.failureRate) throw new AppError('unavailable');
    return result;
  }
}

/** Waits anything from no time (not even a turn) up to a limit. */
export async function randomPause(maxMs: number): Promise<void> {
  if (maxMs === 0 || Math.random() < 0.4) return;
  await new Promise((resolve) => setTimeout(resolve, Math.random() * maxMs));
}
