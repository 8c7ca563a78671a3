import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { AppError } from '#errors';
import { newCallContext } from '#messaging';
import { FencingSnapshotWriter } from '../fencing-snapshot-writer.js';
import type { SnapshotStore } from '../ports.js';
import { ValidatingSnapshotReader } from '../validating-snapshot-reader.js';
import { ExampleSnapshot, FakeOwner } from './fake-owner.js';
import { FlakyStore, randomPause, type Trouble } from './flaky-store.js';

/** One kind of bad day. */
interface Scenario {
  readonly name: string;
  readonly failureRate?: number;
  readonly maxDelayMs?: number;
  /** The store forgets everything, again and again. */
  readonly flushes?: boolean;
  /** The store is away for so long at a time, at most: for everybody, or for the writers alone. */
  readonly outages?: { readonly maxMs: number; readonly of: 'everybody' | 'writers' };
  /** Fences expire while changes are under way. */
  readonly shortFences?: boolean;
  /** How long a writer tries to publish. With flushes it has to outlast an outage: see `FencingSnapshotWriter`. */
  readonly publishBudgetMs?: number;
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'on a good day' },
  { name: 'on a slow network', maxDelayMs: 8 },
  { name: 'with lost answers', failureRate: 0.15, maxDelayMs: 4 },
  { name: 'with flushes', failureRate: 0.05, maxDelayMs: 4, flushes: true },
  { name: 'with outages', failureRate: 0.05, maxDelayMs: 4, outages: { maxMs: 250, of: 'everybody' } },
  { name: 'with writers cut off', maxDelayMs: 4, outages: { maxMs: 150, of: 'writers' }, publishBudgetMs: 20 },
  {
    name: 'with outages and flushes',
    maxDelayMs: 4,
    flushes: true,
    outages: { maxMs: 40, of: 'writers' },
    publishBudgetMs: 1_500,
  },
  { name: 'with fences that expire', failureRate: 0.05, maxDelayMs: 6, shortFences: true, publishBudgetMs: 500 },
  {
    name: 'with fences that expire while writers are cut off',
    maxDelayMs: 2,
    shortFences: true,
    outages: { maxMs: 120, of: 'writers' },
    publishBudgetMs: 20,
  },
];

const WRITERS = 4;
const CHANGES_OF_EACH = 8;
const READERS = 5;

/** A store shared by processes, and how to make it forget a key as a restarted server does. */
export interface SharedStore {
  readonly store: SnapshotStore;
  forget(name: string, key: string): Promise<void>;
}

/**
 * G2 as a property: once a change has returned with version n, no read that begins afterwards, in any process, answers with
 * an older version.
 */
export function describeFreshness(name: string, theStore: () => SharedStore): void {
  describe(`${name}: no stale authority`, () => {
    it.each(SCENARIOS)(
      '$name',
      async (scenario) => {
        const runs = await Promise.all(Array.from({ length: 6 }, () => run(theStore(), scenario)));
        expect(runs.flatMap((one) => one.stale)).toEqual([]);
        // A run in which nothing happened would prove nothing.
        expect(runs.reduce((sum, one) => sum + one.changes, 0)).toBeGreaterThan(2 * WRITERS);
        expect(runs.reduce((sum, one) => sum + one.reads, 0)).toBeGreaterThan(200);
      },
      30_000,
    );
  });
}

interface Outcome {
  readonly stale: string[];
  changes: number;
  reads: number;
}

/** Several processes, one key. */
async function run({ store, forget }: SharedStore, scenario: Scenario): Promise<Outcome> {
  // Half of the runs have values that expire quickly, so that keys are missing and filled all the time; in the others a stale
  // value would stay for good.
  const contract = { ...ExampleSnapshot, ttlSeconds: Math.random() < 0.5 ? 0.04 : 60 };
  const key = randomUUID();
  const { failureRate = 0, maxDelayMs = 0, outages, shortFences = false, publishBudgetMs = 120 } = scenario;
  const ofWriters: Trouble = { outage: false, failureRate, maxDelayMs };
  const ofReaders: Trouble = { ...ofWriters };
  const owner = new FakeOwner();
  owner.delay = () => randomPause(10);
  const outcome: Outcome = { stale: [], changes: 0, reads: 0 };
  let sequence = 0;
  let returned = 0;
  let rowLock: Promise<void> = Promise.resolve();

  const change = async (): Promise<{
    result: number;
    snapshots: { contract: typeof contract; key: string; version: number; value: unknown }[];
  }> => {
    const before = rowLock;
    let unlock: () => void = () => {};
    rowLock = new Promise((resolve) => (unlock = resolve));
    try {
      await randomPause(5);
      await before;
      await randomPause(shortFences ? 60 : 10);
      if (Math.random() < 0.1) throw new AppError('conflict');
      sequence += 1;
      const version = sequence;
      const value = { text: `v${version}` };
      await randomPause(5);
      owner.rows.set(key, { version, value });
      unlock();
      if (Math.random() < 0.05) throw new Error('the connection was lost after the commit');
      await randomPause(25);
      return { result: version, snapshots: [{ contract, key, version, value }] };
    } finally {
      unlock();
    }
  };

  const write = async (): Promise<void> => {
    const writer = new FencingSnapshotWriter(
      new FlakyStore(store, ofWriters),
      shortFences
        ? { fenceTtlMs: 40, renewEveryMs: 30, fenceCertainMs: 25, publishBudgetMs }
        : { fenceTtlMs: 2_000, renewEveryMs: 500, fenceCertainMs: 1_500, publishBudgetMs },
    );
    for (let index = 0; index < CHANGES_OF_EACH; index += 1) {
      await randomPause(15);
      const version = await writer.change([{ contract, key }], change).catch(() => undefined);
      if (version === undefined) continue;
      outcome.changes += 1;
      returned = Math.max(returned, version);
    }
  };

  let done = false;
  const read = async (): Promise<void> => {
    const reader = new ValidatingSnapshotReader(new FlakyStore(store, ofReaders), owner, { maxBytes: 1_000_000 });
    while (!done) {
      await randomPause(6);
      const floor = returned;
      const value = await reader.read(contract, key, newCallContext({ deadlineMs: 2_000 }));
      const version = value === null ? 0 : Number(value.text.slice(1));
      outcome.reads += 1;
      if (version < floor) outcome.stale.push(`read v${version} after v${floor} had returned`);
    }
  };

  const makeTrouble = async (): Promise<void> => {
    while (!done) {
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 30));
      if (outages !== undefined && Math.random() < 0.4) {
        ofWriters.outage = true;
        ofReaders.outage = outages.of === 'everybody';
        await new Promise((resolve) => setTimeout(resolve, Math.random() * outages.maxMs));
        ofWriters.outage = ofReaders.outage = false;
      }
      if (scenario.flushes) await forget(contract.name, key);
    }
  };

  const others = [...Array.from({ length: READERS }, read), makeTrouble()];
  await Promise.all(Array.from({ length: WRITERS }, write));
  await new Promise((resolve) => setTimeout(resolve, 60));
  done = true;
  await Promise.all(others);
  return outcome;
}
