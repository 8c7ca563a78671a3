import { AppError } from '#errors';
import type { Logger } from '#observability';
import { SnapshotStore, type ReadOrLeased, type SnapshotAddress, type StoredSnapshot } from './ports.js';
import { RedisLink } from './redis-link.js';

const READ_TIMEOUT_MS = 250;
const WRITE_TIMEOUT_MS = 1_500;
/** How long a fence waits for a replica. */
const REPLICA_TIMEOUT_MS = 1_000;

const MISSING: StoredSnapshot = { state: 'missing' };
const FENCED: StoredSnapshot = { state: 'fenced' };
const LEASED: ReadOrLeased = { state: 'leased' };

/**
 * The shared store in Redis 7 or later (one primary with any number of replicas; not Redis Cluster, because one change fences
 * many keys at once). Readers and writers have a connection each: a fence that waits for a replica holds up no read.
 *
 * Redis should not write dumps (`save ""`, `appendonly no`): there is nothing to keep, and old dumps are not read anyway.
 */
export class RedisSnapshotStore extends SnapshotStore {
  private constructor(
    private readonly reading: RedisLink,
    private readonly writing: RedisLink,
  ) {
    super();
  }

  /**
   * Connects in the background, and again whenever the server was away: services start in any order, and until it is there
   * readers ask the owners.
   *
   * @param options.name shown by `CLIENT LIST`.
   */
  static connect(url: string, options: { readonly name?: string; readonly logger?: Logger } = {}): RedisSnapshotStore {
    const { name = 'chancery', logger } = options;
    return new RedisSnapshotStore(
      new RedisLink(url, { name, commandTimeoutMs: READ_TIMEOUT_MS, logger }),
      new RedisLink(url, { name: `${name}-writer`, commandTimeoutMs: WRITE_TIMEOUT_MS, logger }),
    );
  }

  /** Resolves when the server answers or the time is over, in milliseconds; whether it does. */
  async waitUntilReady(timeoutMs: number): Promise<boolean> {
    const end = performance.now() + timeoutMs;
    while (!this.isReady() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
    return this.isReady();
  }

  async read(
    addresses: readonly SnapshotAddress[],
    known: readonly (number | undefined)[] = [],
  ): Promise<readonly StoredSnapshot[]> {
    if (addresses.length === 0) return [];
    if (known.every((version) => version === undefined)) return this.readWhole(addresses);
    return this.readChanged(addresses, known);
  }

  private async readWhole(addresses: readonly SnapshotAddress[]): Promise<readonly StoredSnapshot[]> {
    const raw = await this.reading.run((redis, keyOf) => redis.mget(addresses.map(keyOf)));
    return raw.map(decode);
  }

  /** Of those whose version is known only the beginning is asked for, which tells the version or that there is none. */
  private async readChanged(
    addresses: readonly SnapshotAddress[],
    known: readonly (number | undefined)[],
  ): Promise<readonly StoredSnapshot[]> {
    const whole = addresses.filter((_, index) => known[index] === undefined);
    const beginnings = known.flatMap((version, index) => {
      const address = addresses[index];
      return version === undefined || address === undefined ? [] : [{ address, mark: `V${version}:`, version, index }];
    });
    // Written in one turn, so they share one round trip.
    const [values, starts] = await this.reading.run((redis, keyOf) =>
      Promise.all([
        whole.length === 0 ? [] : redis.mget(whole.map(keyOf)),
        Promise.all(beginnings.map(({ address, mark }) => redis.getrange(keyOf(address), 0, mark.length - 1))),
      ]),
    );
    const found = new Map<number, StoredSnapshot>();
    const changed: { readonly address: SnapshotAddress; readonly index: number }[] = [];
    for (const [position, { address, mark, version, index }] of beginnings.entries()) {
      const start = starts[position] ?? '';
      if (start === mark) found.set(index, { state: 'unchanged', version });
      else if (start === '') found.set(index, MISSING);
      else if (start.startsWith('V')) changed.push({ address, index });
      else found.set(index, FENCED);
    }
    if (changed.length > 0) {
      const again = await this.readWhole(changed.map(({ address }) => address));
      again.forEach((stored, position) => found.set(changed[position]?.index ?? -1, stored));
    }
    let next = 0;
    return addresses.map((_, index) => found.get(index) ?? decode(values[next++] ?? null));
  }

  fence(addresses: readonly SnapshotAddress[], fenceId: string, ttlMs: number): Promise<void> {
    return this.putFence(addresses, fenceId, ttlMs, 0);
  }

  renew(addresses: readonly SnapshotAddress[], fenceId: string, ttlMs: number): Promise<void> {
    return this.putFence(addresses, fenceId, ttlMs, 1);
  }

  private async putFence(
    addresses: readonly SnapshotAddress[],
    fenceId: string,
    ttlMs: number,
    again: 0 | 1,
  ): Promise<void> {
    if (addresses.length === 0) return;
    await this.writing.run(async (redis, keyOf) => {
      const [, replication] = await Promise.all([
        redis.snapshotFence(addresses.length, ...addresses.map(keyOf), fenceId, ttlMs, again),
        redis.info('replication'),
      ]);
      const replicas = Number(/^connected_slaves:(\d+)/m.exec(replication)?.[1] ?? 0);
      if (replicas > 0 && (await redis.wait(1, REPLICA_TIMEOUT_MS)) < 1) {
        throw new AppError('unavailable', { reason: 'fence_not_replicated' });
      }
    });
  }

  async publish(
    address: SnapshotAddress,
    fenceId: string,
    snapshot: { readonly version: number; readonly json: string },
    ttlMs: number,
  ): Promise<void> {
    await this.writing.run((redis, keyOf) => redis.snapshotPublish(keyOf(address), fenceId, encode(snapshot), ttlMs));
  }

  async unfence(addresses: readonly SnapshotAddress[], fenceId: string): Promise<void> {
    if (addresses.length === 0) return;
    await this.writing.run((redis, keyOf) => redis.snapshotUnfence(addresses.length, ...addresses.map(keyOf), fenceId));
  }

  async lease(address: SnapshotAddress, leaseId: string, ttlMs: number): Promise<boolean> {
    const answer = await this.reading.run((redis, keyOf) =>
      redis.set(keyOf(address), `L${leaseId}`, 'PX', ttlMs, 'NX'),
    );
    return answer === 'OK';
  }

  async readOrLease(
    addresses: readonly SnapshotAddress[],
    leaseId: string,
    ttlMs: number,
  ): Promise<readonly ReadOrLeased[]> {
    if (addresses.length === 0) return [];
    // One command gives what there is, or sets the lease where there is nothing (since Redis 7.0); all are written at once.
    const answers = await this.reading.run(async (redis, keyOf) => {
      const commands = redis.pipeline();
      for (const address of addresses) commands.set(keyOf(address), `L${leaseId}`, 'PX', ttlMs, 'NX', 'GET');
      return commands.exec();
    });
    return addresses.map((_, index) => {
      const [error, raw] = answers?.[index] ?? [new Error('no answer'), null];
      if (error !== null) throw new AppError('unavailable', { reason: 'snapshot_store_failed', cause: error });
      return raw === null ? LEASED : decode(raw as string);
    });
  }

  async fill(
    address: SnapshotAddress,
    leaseId: string,
    snapshot: { readonly version: number; readonly json: string },
    ttlMs: number,
  ): Promise<void> {
    await this.reading.run((redis, keyOf) => redis.snapshotFill(keyOf(address), leaseId, encode(snapshot), ttlMs));
  }

  isReady(): boolean {
    return this.reading.ready && this.writing.ready;
  }

  async close(): Promise<void> {
    await Promise.all([this.reading.close(), this.writing.close()]);
  }
}

function encode(snapshot: { readonly version: number; readonly json: string }): string {
  return `${snapshot.version}:${snapshot.json}`;
}

function decode(raw: string | null): StoredSnapshot {
  if (raw === null) return MISSING;
  if (!raw.startsWith('V')) return FENCED;
  const colon = raw.indexOf(':');
  return { state: 'present', version: Number(raw.slice(1, colon)), json: raw.slice(colon + 1) };
}
