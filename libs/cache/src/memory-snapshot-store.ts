import { SnapshotStore, type ReadOrLeased, type SnapshotAddress, type StoredSnapshot } from './ports.js';

interface Value {
  readonly version: number;
  readonly json: string;
}

/** What a key holds; see `redis-scripts.ts`, which keeps the very same states. Times are milliseconds since the epoch. */
type Entry =
  | { readonly kind: 'value'; readonly value: Value; readonly expiresAt: number }
  | { readonly kind: 'lease'; readonly leaseId: string; readonly expiresAt: number }
  | {
      readonly kind: 'fence';
      /** Every writer that is changing the key, and when its fence expires. */
      readonly fences: ReadonlyMap<string, number>;
      /** The newest value published while another writer's fence stood. */
      readonly pending: Value | null;
      /** Some writer ended without a published value: when the last fence goes, nobody knows the newest value. */
      readonly unsettled: boolean;
    };

const MISSING: StoredSnapshot = { state: 'missing' };
const FENCED: StoredSnapshot = { state: 'fenced' };
const LEASED: ReadOrLeased = { state: 'leased' };

/** How often expired keys are swept, counted in changes of keys. */
const SWEEP_EVERY = 4_096;

/** The shared store of a single process: the standalone shape and tests. JavaScript's turns make each operation atomic. */
export class MemorySnapshotStore extends SnapshotStore {
  private readonly entries = new Map<string, Entry>();
  private changes = 0;

  constructor(private readonly now: () => number = Date.now) {
    super();
  }

  /** Nothing travels here, so what is known makes no difference. */
  async read(
    addresses: readonly SnapshotAddress[],
    _known?: readonly (number | undefined)[],
  ): Promise<readonly StoredSnapshot[]> {
    return addresses.map((address) => this.stateOf(address));
  }

  async fence(addresses: readonly SnapshotAddress[], fenceId: string, ttlMs: number): Promise<void> {
    for (const address of addresses) this.putFence(keyOf(address), fenceId, ttlMs, false);
  }

  async renew(addresses: readonly SnapshotAddress[], fenceId: string, ttlMs: number): Promise<void> {
    for (const address of addresses) this.putFence(keyOf(address), fenceId, ttlMs, true);
  }

  async publish(address: SnapshotAddress, fenceId: string, snapshot: Value, ttlMs: number): Promise<void> {
    const key = keyOf(address);
    const entry = this.get(key);
    if (entry === undefined) return;
    if (entry.kind !== 'fence') {
      // The own fence was lost (expired, flushed), so this may be from before the change.
      if (entry.kind === 'lease' || entry.value.version < snapshot.version) this.entries.delete(key);
      return;
    }
    const standing = this.dropExpired(entry, fenceId);
    const fences = new Map(standing.fences);
    const unsettled = !fences.delete(fenceId) || standing.unsettled;
    const newest =
      standing.pending !== null && standing.pending.version > snapshot.version ? standing.pending : snapshot;
    if (fences.size > 0) this.set(key, { kind: 'fence', fences, pending: newest, unsettled });
    else if (unsettled) this.entries.delete(key);
    else this.set(key, { kind: 'value', value: pick(newest), expiresAt: this.now() + ttlMs });
  }

  async unfence(addresses: readonly SnapshotAddress[], fenceId: string): Promise<void> {
    for (const address of addresses) {
      const key = keyOf(address);
      const entry = this.get(key);
      if (entry?.kind !== 'fence' || !entry.fences.has(fenceId)) continue;
      const standing = this.dropExpired(entry, fenceId);
      const fences = new Map(standing.fences);
      fences.delete(fenceId);
      if (fences.size === 0) this.entries.delete(key);
      else this.set(key, { kind: 'fence', fences, pending: null, unsettled: true });
    }
  }

  async lease(address: SnapshotAddress, leaseId: string, ttlMs: number): Promise<boolean> {
    const key = keyOf(address);
    if (this.get(key) !== undefined) return false;
    this.set(key, { kind: 'lease', leaseId, expiresAt: this.now() + ttlMs });
    return true;
  }

  async readOrLease(
    addresses: readonly SnapshotAddress[],
    leaseId: string,
    ttlMs: number,
  ): Promise<readonly ReadOrLeased[]> {
    return Promise.all(
      addresses.map(async (address): Promise<ReadOrLeased> => {
        if (await this.lease(address, leaseId, ttlMs)) return LEASED;
        return this.stateOf(address);
      }),
    );
  }

  async fill(address: SnapshotAddress, leaseId: string, snapshot: Value, ttlMs: number): Promise<void> {
    const key = keyOf(address);
    const entry = this.get(key);
    if (entry?.kind !== 'lease' || entry.leaseId !== leaseId) return;
    this.set(key, { kind: 'value', value: pick(snapshot), expiresAt: this.now() + ttlMs });
  }

  isReady(): boolean {
    return true;
  }

  async close(): Promise<void> {
    this.entries.clear();
  }

  /** Forgets everything, as a flushed or restarted server does; for tests. */
  flush(): void {
    this.entries.clear();
  }

  private stateOf(address: SnapshotAddress): StoredSnapshot {
    const entry = this.get(keyOf(address));
    if (entry === undefined) return MISSING;
    return entry.kind === 'value' ? { state: 'present', ...entry.value } : FENCED;
  }

  private putFence(key: string, fenceId: string, ttlMs: number, again: boolean): void {
    const entry = this.get(key);
    const standing = entry?.kind === 'fence' ? this.dropExpired(entry, fenceId) : undefined;
    const wasLost = again && standing?.fences.has(fenceId) !== true;
    this.set(key, {
      kind: 'fence',
      fences: new Map([...(standing?.fences ?? []), [fenceId, this.now() + ttlMs]]),
      pending: standing?.pending ?? null,
      unsettled: wasLost || standing?.unsettled === true,
    });
  }

  private get(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || expiryOf(entry) > this.now()) return entry;
    this.entries.delete(key);
    return undefined;
  }

  private set(key: string, entry: Entry): void {
    this.entries.set(key, entry);
    this.changes += 1;
    if (this.changes % SWEEP_EVERY === 0) for (const present of [...this.entries.keys()]) this.get(present);
  }

  /** Expired fences of other writers leave the key unsettled: whether they committed is unknown. */
  private dropExpired(entry: Extract<Entry, { kind: 'fence' }>, own: string): typeof entry {
    const fences = new Map([...entry.fences].filter(([id, expiresAt]) => id === own || expiresAt > this.now()));
    return { ...entry, fences, unsettled: entry.unsettled || fences.size < entry.fences.size };
  }
}

function keyOf(address: SnapshotAddress): string {
  return `${address.name}:${address.key}`;
}

function pick(value: Value): Value {
  return { version: value.version, json: value.json };
}

function expiryOf(entry: Entry): number {
  return entry.kind === 'fence' ? Math.max(...entry.fences.values()) : entry.expiresAt;
}
