import type { SnapshotContract, SnapshotOf } from '#contracts';
import { AppError } from '#errors';
import { deadlineNow, type CallContext, type MessageClient } from '#messaging';
import { LRUCache } from 'lru-cache';
import { v7 as uuidv7 } from 'uuid';
import { encodeSnapshot } from './encode-snapshot.js';
import {
  SnapshotReader,
  type ReadOrLeased,
  type SnapshotAddress,
  type SnapshotStore,
  type StoredSnapshot,
} from './ports.js';
import { countRead, observeCache, type ReadResult } from './read-metrics.js';
import { StoreBreaker } from './store-breaker.js';

/** How long one reader may take to fill a missing key before another may. */
const LEASE_TTL_MS = 5_000;
/** How long the store is left alone after a failure. */
const BREAKER_PAUSE_MS = 200;

interface Waiter {
  readonly context: CallContext;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** One key that reads of this turn wait for. */
interface Batch {
  readonly id: string;
  readonly contract: SnapshotContract;
  readonly address: SnapshotAddress;
  readonly waiters: Waiter[];
}

/** A parsed value, valid while the store or the owner names the same version in this very read. */
interface Parsed {
  readonly version: number;
  readonly value: unknown;
  /** Length of its JSON. */
  readonly length: number;
}

/** From which length of its JSON on a value is only asked for again when its version has changed: below, asking costs as much. */
const LARGE = 1_024;
/** What a parsed value takes in memory: a little for itself, and a multiple of its JSON. Measured on clients and assignments. */
const BYTES_EACH = 600;
const BYTES_PER_CHARACTER = 4;

/**
 * Reads snapshots freshly (G2). A value kept in this process is never an answer by itself: each read has its version
 * confirmed by the store, or the value loaded from the owner, *after* the read began. That is also why reads share a round
 * trip only within one turn, before it is sent, and never join one that is under way.
 *
 * Values are shared between callers and must be treated as read-only; they are not frozen, for it would cost on the hot path.
 */
export class ValidatingSnapshotReader extends SnapshotReader {
  private readonly parsed: LRUCache<string, Parsed>;
  private readonly breaker = new StoreBreaker(BREAKER_PAUSE_MS);
  private waiting = new Map<string, Batch>();

  constructor(
    private readonly store: SnapshotStore,
    private readonly client: MessageClient,
    options: { readonly maxBytes: number },
  ) {
    super();
    this.parsed = new LRUCache({
      maxSize: options.maxBytes,
      sizeCalculation: ({ length }, id) => BYTES_EACH + 2 * id.length + BYTES_PER_CHARACTER * length,
    });
    observeCache(this.parsed);
  }

  read<S extends SnapshotContract>(contract: S, key: string, context: CallContext): Promise<SnapshotOf<S> | null> {
    return new Promise((resolve, reject) => {
      const id = `${contract.name}:${key}`;
      let batch = this.waiting.get(id);
      if (batch === undefined) {
        batch = { id, contract, address: { name: contract.name, key }, waiters: [] };
        if (this.waiting.size === 0) setImmediate(() => void this.send());
        this.waiting.set(id, batch);
      }
      batch.waiters.push({ context, resolve: resolve as (value: unknown) => void, reject });
    });
  }

  private async send(): Promise<void> {
    const batches = [...this.waiting.values()];
    this.waiting = new Map();
    const seen = batches.filter(({ id }) => this.parsed.has(id));
    // What this process has never read is likely missing: it is leased at once, which spares a round trip.
    const unseen = batches.filter(({ id }) => !this.parsed.has(id));
    const leaseId = unseen.length === 0 ? '' : uuidv7();
    const stored = await this.breaker.attempt(() =>
      Promise.all([
        seen.length === 0 ? [] : this.readSeen(seen),
        unseen.length === 0 ? [] : this.store.readOrLease(unseen.map(addressOf), leaseId, LEASE_TTL_MS),
      ]),
    );
    seen.forEach((batch, index) => this.settle(batch, stored?.[0][index], leaseId));
    unseen.forEach((batch, index) => this.settle(batch, stored?.[1][index], leaseId));
  }

  private readSeen(batches: readonly Batch[]): Promise<readonly StoredSnapshot[]> {
    const known = batches.map(({ id }) => {
      const parsed = this.parsed.get(id);
      return parsed !== undefined && parsed.length >= LARGE ? parsed.version : undefined;
    });
    return this.store.read(batches.map(addressOf), known);
  }

  private settle(batch: Batch, stored: ReadOrLeased | undefined, leaseId: string): void {
    this.resolve(batch, stored, leaseId).then(
      (value) => batch.waiters.forEach((waiter) => waiter.resolve(value)),
      (error: unknown) => batch.waiters.forEach((waiter) => waiter.reject(error)),
    );
  }

  private async resolve(batch: Batch, stored: ReadOrLeased | undefined, leaseId: string): Promise<unknown> {
    if (stored === undefined) return this.fromOwner(batch, 'store_away');
    switch (stored.state) {
      case 'leased':
        return this.fromOwner(batch, 'missing', leaseId);
      case 'present':
        return this.fromStore(batch, stored);
      case 'unchanged': {
        const known = this.parsed.get(batch.id);
        // Let go of in the meantime, or replaced by a read that overtook this one.
        if (known?.version !== stored.version) return this.fromOwner(batch, 'missing');
        countRead('hit', batch.waiters.length);
        return known.value;
      }
      case 'fenced':
        return this.fromOwner(batch, 'fenced');
      case 'missing':
        return this.fill(batch);
    }
  }

  private fromStore(batch: Batch, stored: { readonly version: number; readonly json: string }): unknown {
    const known = this.parsed.get(batch.id);
    if (known?.version === stored.version) {
      countRead('hit', batch.waiters.length);
      return known.value;
    }
    const value: unknown = JSON.parse(stored.json);
    this.parsed.set(batch.id, { version: stored.version, value, length: stored.json.length });
    countRead('parsed', batch.waiters.length);
    return value;
  }

  /** Loads a missing key under a lease, which every writer's fence takes away; without the lease it is not filled. */
  private async fill(batch: Batch): Promise<unknown> {
    const leaseId = uuidv7();
    const leased = await this.store.lease(batch.address, leaseId, LEASE_TTL_MS).catch(() => false);
    return this.fromOwner(batch, 'missing', leased ? leaseId : undefined);
  }

  private async fromOwner(batch: Batch, result: ReadResult, leaseId?: string): Promise<unknown> {
    countRead(result, batch.waiters.length);
    const { contract, address } = batch;
    const reply = (await this.client.call(contract.load, { keys: [address.key] }, contextOfAll(batch.waiters))) as {
      readonly snapshots: readonly { readonly key: string; readonly version: number; readonly value: unknown }[];
    };
    const [snapshot] = reply.snapshots;
    if (snapshot?.key !== address.key) throw new AppError('internal', { reason: 'snapshot_of_another_key' });

    const { version, value } = snapshot;
    const json = encodeSnapshot(value);
    this.parsed.set(batch.id, { version, value, length: json.length });
    if (leaseId !== undefined) {
      const encoded = { version, json };
      // Nobody waits for it: if it fails, the lease expires and another reader fills.
      this.store.fill(address, leaseId, encoded, contract.ttlSeconds * 1_000).catch(() => {});
    }
    return value;
  }
}

const addressOf = ({ address }: Batch): SnapshotAddress => address;

/**
 * The context of one call for several readers: the latest deadline, and no cancellation by one of them. Each still keeps its
 * own deadline and cancellation while it waits.
 */
function contextOfAll(waiters: readonly Waiter[]): CallContext {
  const [first, ...others] = waiters;
  if (first === undefined) throw new Error('a batch without readers');
  if (others.length === 0) return first.context;
  waiters.forEach(keepOwnDeadline);
  const latest = waiters.reduce((later, waiter) =>
    waiter.context.deadlineAt > later.context.deadlineAt ? waiter : later,
  );
  return { ...latest.context, signal: new AbortController().signal };
}

function keepOwnDeadline({ context, reject }: Waiter): void {
  const timer = setTimeout(() => reject(new AppError('deadline_exceeded')), context.deadlineAt - deadlineNow());
  timer.unref();
  if (context.signal.aborted) reject(new AppError('cancelled'));
  else context.signal.addEventListener('abort', () => reject(new AppError('cancelled')), { once: true });
}
