import { AppError } from '#errors';
import { v7 as uuidv7 } from 'uuid';
import { encodeSnapshot } from './encode-snapshot.js';
import {
  SnapshotWriter,
  type PublishedSnapshot,
  type SnapshotAddress,
  type SnapshotStore,
  type SnapshotTarget,
} from './ports.js';

/** Times of the writer, in milliseconds; only tests change them. */
export interface FencingTimes {
  /** How long a fence stands without being renewed. */
  readonly fenceTtlMs: number;
  /** A running change renews its fences this often. */
  readonly renewEveryMs: number;
  /** How long after the last renewal the fences are taken for certain: the TTL less a wide margin for clocks and delays. */
  readonly fenceCertainMs: number;
  /** How long publishing is tried before the call returns. */
  readonly publishBudgetMs: number;
}

const TIMES: FencingTimes = {
  fenceTtlMs: 30_000,
  renewEveryMs: 8_000,
  fenceCertainMs: 20_000,
  publishBudgetMs: 1_500,
};

/** How many keys one command fences: the store answers nobody else meanwhile. */
const FENCED_AT_ONCE = 1_000;

/** The pause between two tries to publish, in milliseconds. */
const RETRY_PAUSE_MS = 50;

/**
 * The owner's side of G2: fence, change, publish.
 *
 * Why it is safe. From the fence on no reader takes the key's value from the store, and none can fill it. So the value in the
 * store after the change is one of three: what this writer published; a fence (this or another writer's: readers ask the
 * owner); nothing (readers ask the owner). The store keeps a fence for *each* writer and, while one stands, only remembers
 * the newest version published, so of two writers the one that publishes last does not win, the newer version does.
 *
 * A fence can be lost, by expiry or with the store's memory, and a reader may then fill in the state from before the commit.
 * Publishing repairs that: without its own fence it removes whatever is older, and under a fence that was lost and renewed it leaves
 * nothing, for another writer may have published, and lost to that fence, what is newer. Only when the fence may have gone *and*
 * publishing fails is the outcome unknown; then the call does not claim success. To make that rare, a long change renews its
 * fences, and publishing is tried again for a while, and further in the background.
 */
export class FencingSnapshotWriter extends SnapshotWriter {
  private readonly times: FencingTimes;

  constructor(
    private readonly store: SnapshotStore,
    times: Partial<FencingTimes> = {},
  ) {
    super();
    this.times = { ...TIMES, ...times };
  }

  async change<T>(
    targets: readonly SnapshotTarget[],
    change: () => Promise<{ readonly result: T; readonly snapshots: readonly PublishedSnapshot[] }>,
  ): Promise<T> {
    const fenceId = uuidv7();
    const addresses = distinct(targets.map(addressOf));
    // Measured from before the fence was asked for: it cannot stand for a shorter time than this assumes.
    let certainUntil = performance.now() + this.times.fenceCertainMs;
    await this.fence(addresses, fenceId);

    const renewal = setInterval(() => {
      const asked = performance.now();
      this.renewAll(addresses, fenceId).then(
        () => (certainUntil = asked + this.times.fenceCertainMs),
        () => {},
      );
    }, this.times.renewEveryMs);

    let outcome: Awaited<ReturnType<typeof change>>;
    try {
      outcome = await change();
    } catch (error) {
      // An AppError is a decision taken before the commit. Anything else (a lost connection) may have committed, or may
      // commit yet: the fences stay until they expire, and readers ask the owner meanwhile.
      if (error instanceof AppError) await this.unfenceAll(addresses, fenceId).catch(() => {});
      throw error;
    } finally {
      clearInterval(renewal);
    }

    const committedUnderFence = performance.now() < certainUntil;
    await this.settle(addresses, fenceId, outcome.snapshots, committedUnderFence);
    return outcome.result;
  }

  private async fence(addresses: readonly SnapshotAddress[], fenceId: string): Promise<void> {
    if (addresses.length === 0) return;
    try {
      await this.fenceAll(addresses, fenceId);
    } catch (error) {
      // Some keys may be fenced; nothing will be written, so they need not be.
      this.unfenceAll(addresses, fenceId).catch(() => {});
      throw new AppError('unavailable', {
        detail: 'The change was not made, because it could not be made known everywhere at once. Try again.',
        reason: 'fence_failed',
        cause: error,
      });
    }
  }

  private async fenceAll(addresses: readonly SnapshotAddress[], fenceId: string): Promise<void> {
    for (const some of portions(addresses)) await this.store.fence(some, fenceId, this.times.fenceTtlMs);
  }

  private async renewAll(addresses: readonly SnapshotAddress[], fenceId: string): Promise<void> {
    for (const some of portions(addresses)) await this.store.renew(some, fenceId, this.times.fenceTtlMs);
  }

  private async unfenceAll(addresses: readonly SnapshotAddress[], fenceId: string): Promise<void> {
    for (const some of portions(addresses)) await this.store.unfence(some, fenceId);
  }

  /** Publishes what changed and takes the fences off what did not. */
  private async settle(
    addresses: readonly SnapshotAddress[],
    fenceId: string,
    snapshots: readonly PublishedSnapshot[],
    committedUnderFence: boolean,
  ): Promise<void> {
    const published = new Set(snapshots.map((snapshot) => identity(addressOf(snapshot))));
    const fenced = new Set(addresses.map(identity));
    const untouched = addresses.filter((address) => !published.has(identity(address)));

    const outcomes = await Promise.all([
      ...snapshots.map((snapshot) => this.publish(fenceId, snapshot)),
      ...(untouched.length === 0 ? [] : [this.unfenceAll(untouched, fenceId).then(yes, yes)]),
    ]);
    const unknown = snapshots.some(
      (snapshot, index) => !outcomes[index] && !(committedUnderFence && fenced.has(identity(addressOf(snapshot)))),
    );
    if (unknown) {
      throw new AppError('unavailable', {
        detail: 'The change was made, but may not yet hold everywhere. Read the resource and, if need be, try again.',
        reason: 'publish_failed_without_fence',
      });
    }
  }

  /** Whether the store has taken the snapshot within the budget; afterwards it is tried on until the fence has expired. */
  private async publish(fenceId: string, snapshot: PublishedSnapshot): Promise<boolean> {
    const { version, value, contract } = snapshot;
    const encoded = { version, json: encodeSnapshot(value) };
    const attempt = (): Promise<boolean> =>
      this.store.publish(addressOf(snapshot), fenceId, encoded, contract.ttlSeconds * 1_000).then(yes, no);

    const started = performance.now();
    while (!(await attempt())) {
      if (performance.now() - started >= this.times.publishBudgetMs) {
        void retryQuietly(attempt, this.times.fenceTtlMs);
        return false;
      }
      await pause(RETRY_PAUSE_MS);
    }
    return true;
  }
}

async function retryQuietly(attempt: () => Promise<boolean>, forMs: number): Promise<void> {
  const started = performance.now();
  do await pause(RETRY_PAUSE_MS * 5);
  while (!(await attempt()) && performance.now() - started < forMs);
}

/** Does not keep a stopping process alive: then the fence expires by itself. */
function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}

const yes = (): boolean => true;
const no = (): boolean => false;

function addressOf(target: SnapshotTarget): SnapshotAddress {
  return { name: target.contract.name, key: target.key };
}

function identity(address: SnapshotAddress): string {
  return `${address.name}:${address.key}`;
}

function portions(addresses: readonly SnapshotAddress[]): readonly (readonly SnapshotAddress[])[] {
  const count = Math.ceil(addresses.length / FENCED_AT_ONCE);
  return Array.from({ length: count }, (_, i) => addresses.slice(i * FENCED_AT_ONCE, (i + 1) * FENCED_AT_ONCE));
}

function distinct(addresses: readonly SnapshotAddress[]): readonly SnapshotAddress[] {
  return [...new Map(addresses.map((address) => [identity(address), address])).values()];
}
