import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AppError } from '#errors';
import { newCallContext } from '#messaging';
import { register } from 'prom-client';
import { MemorySnapshotStore } from './memory-snapshot-store.js';
import { ExampleSnapshot, FakeOwner } from './testing/fake-owner.js';
import type { SnapshotAddress } from './ports.js';
import { ValidatingSnapshotReader } from './validating-snapshot-reader.js';

const address = (key: string) => ({ name: ExampleSnapshot.name, key });
const context = () => newCallContext({ deadlineMs: 60_000 });

describe('reading a snapshot', () => {
  let store: MemorySnapshotStore;
  let owner: FakeOwner;
  let reader: ValidatingSnapshotReader;
  const read = (key: string, from = context()) => reader.read(ExampleSnapshot, key, from);
  const put = async (key: string, version: number, text: string) => {
    await store.fence([address(key)], 'w', 60_000);
    await store.publish(address(key), 'w', { version, json: JSON.stringify({ text }) }, 60_000);
  };
  const readsCounted = async (result: string): Promise<number> => {
    const metric = await register.getSingleMetric('chancery_snapshot_reads_total')?.get();
    return metric?.values.find((value) => value.labels['result'] === result)?.value ?? 0;
  };

  beforeEach(() => {
    store = new MemorySnapshotStore();
    owner = new FakeOwner();
    reader = new ValidatingSnapshotReader(store, owner, { maxBytes: 1_000_000 });
    register.resetMetrics();
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('takes the value from the store, and the very same object while the version is the same', async () => {
    await put('a', 1, 'one');
    const first = await read('a');
    expect(first).toEqual({ text: 'one' });
    expect(await read('a')).toBe(first);
    await put('a', 2, 'two');
    expect(await read('a')).toEqual({ text: 'two' });
    expect(owner.loads).toEqual([]);
    expect([await readsCounted('parsed'), await readsCounted('hit')]).toEqual([2, 1]);
  });

  it('does not let a large value travel again while its version is the same', async () => {
    const long = 'x'.repeat(2_000);
    await put('a', 1, long);
    await put('b', 1, 'short');
    const storeRead = jest.spyOn(store, 'read');
    const first = await read('a');
    await read('b');
    storeRead.mockImplementation((addresses, known = []) =>
      Promise.resolve(
        addresses.map((_, index) => {
          const version = known[index];
          return version === undefined ? { state: 'missing' } : { state: 'unchanged', version };
        }),
      ),
    );
    expect(await read('a')).toBe(first);
    expect(storeRead).toHaveBeenLastCalledWith([address('a')], [1]);
    await read('b');
    expect(storeRead).toHaveBeenLastCalledWith([address('b')], [undefined]);
  });

  it('keeps no more than it may, the least recently used go, and tells how full it is', async () => {
    reader = new ValidatingSnapshotReader(store, owner, { maxBytes: 12_000 });
    for (const key of ['a', 'b', 'c']) await put(key, 1, key.repeat(1_000));
    const first = await read('a');
    await read('b');
    await read('c');
    expect(await read('a')).not.toBe(first);
    expect(await read('a')).toEqual(first);
    const entries = await register.getSingleMetric('chancery_snapshot_cache_entries')?.get();
    expect(entries?.values[0]?.value).toBeGreaterThanOrEqual(2);
  });

  it('asks the store once for all reads of a turn, each key once', async () => {
    await put('a', 1, 'one');
    await put('b', 2, 'two');
    const [storeRead, storeLease] = [jest.spyOn(store, 'read'), jest.spyOn(store, 'readOrLease')];
    for (let turn = 1; turn <= 2; turn += 1) {
      const values = await Promise.all([read('a'), read('b'), read('a')]);
      expect(values).toEqual([{ text: 'one' }, { text: 'two' }, { text: 'one' }]);
    }
    // What has never been read is likely missing and would be leased.
    expect(storeRead.mock.calls).toEqual([
      [
        [address('a'), address('b')],
        [undefined, undefined],
      ],
    ]);
    expect(storeLease.mock.calls.map(([addresses]) => addresses)).toEqual([[address('a'), address('b')]]);
  });

  it('never joins a read that is under way: its answer may be from before this read began', async () => {
    await put('a', 1, 'one');
    await read('a');
    let answer: () => void = () => {};
    jest.spyOn(store, 'read').mockImplementationOnce(async (addresses: readonly SnapshotAddress[]) => {
      const old = await MemorySnapshotStore.prototype.read.call(store, addresses);
      await new Promise<void>((resolve) => (answer = resolve));
      return old;
    });
    const early = read('a');
    await new Promise((resolve) => setImmediate(resolve));
    await put('a', 2, 'two');
    const late = read('a');
    expect(await late).toEqual({ text: 'two' });
    answer();
    expect(await early).toEqual({ text: 'one' });
  });

  it('loads a missing key from the owner, fills the store, and then reads it there', async () => {
    owner.rows.set('a', { version: 5, value: { text: 'owned' } });
    const loaded = await read('a');
    expect(loaded).toEqual({ text: 'owned' });
    expect(await store.read([address('a')])).toEqual([{ state: 'present', version: 5, json: '{"text":"owned"}' }]);
    expect(await read('a')).toBe(loaded);
    expect(owner.loads).toEqual([['a']]);
  });

  it('keeps absence as a snapshot too', async () => {
    expect(await read('nobody')).toBeNull();
    expect(await read('nobody')).toBeNull();
    expect(owner.loads).toEqual([['nobody']]);
  });

  it('asks the owner for a fenced key and fills nothing', async () => {
    await put('a', 1, 'old');
    await store.fence([address('a')], 'writer', 60_000);
    owner.rows.set('a', { version: 2, value: { text: 'new' } });
    expect(await read('a')).toEqual({ text: 'new' });
    expect(await store.read([address('a')])).toEqual([{ state: 'fenced' }]);
  });

  it('does not put an old answer back when a writer came between', async () => {
    owner.rows.set('a', { version: 1, value: { text: 'old' } });
    owner.delay = async () => {
      owner.delay = async () => {};
      owner.rows.set('a', { version: 2, value: { text: 'new' } });
      await put('a', 2, 'new');
    };
    await read('a');
    expect(await read('a')).toEqual({ text: 'new' });
    expect(await store.read([address('a')])).toMatchObject([{ version: 2 }]);
  });

  it('asks the owner when the store is away, and leaves the store alone for a moment', async () => {
    owner.rows.set('a', { version: 1, value: { text: 'owned' } });
    await put('a', 1, 'stored');
    const storeRead = jest.spyOn(store, 'readOrLease').mockRejectedValue(new AppError('unavailable'));
    const began = performance.now();
    const clock = jest.spyOn(performance, 'now').mockReturnValue(began);
    expect(await read('a')).toEqual({ text: 'owned' });
    expect(await read('a')).toEqual({ text: 'owned' });
    expect(storeRead).toHaveBeenCalledTimes(1);
    storeRead.mockRestore();
    clock.mockReturnValue(began + 201);
    const again = jest.spyOn(store, 'read');
    await read('a');
    expect(again).toHaveBeenCalledTimes(1);
    expect(owner.loads).toHaveLength(2);
  });

  it('never answers from its own memory alone: with store and owner away it fails', async () => {
    await put('a', 1, 'one');
    await read('a');
    jest.spyOn(store, 'read').mockRejectedValue(new AppError('unavailable'));
    owner.away = true;
    await expect(read('a')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('keeps the deadline and the cancellation of each reader that shares a call', async () => {
    owner.rows.set('a', { version: 1, value: { text: 'slow' } });
    let answer: () => void = () => {};
    owner.delay = () => new Promise((resolve) => (answer = resolve));
    const controller = new AbortController();
    const hasty = read('a', newCallContext({ deadlineMs: 30 }));
    const gone = read('a', newCallContext({ deadlineMs: 60_000, signal: controller.signal }));
    const patient = read('a');
    await expect(hasty).rejects.toMatchObject({ code: 'deadline_exceeded' });
    controller.abort();
    await expect(gone).rejects.toMatchObject({ code: 'cancelled' });
    answer();
    expect(await patient).toEqual({ text: 'slow' });
    expect(owner.loads).toEqual([['a']]);
  });
});
