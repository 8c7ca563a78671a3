import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AppError } from '#errors';
import { encodeSnapshot } from './encode-snapshot.js';
import { FencingSnapshotWriter } from './fencing-snapshot-writer.js';
import { MemorySnapshotStore } from './memory-snapshot-store.js';
import type { PublishedSnapshot } from './ports.js';
import { ExampleSnapshot } from './testing/fake-owner.js';

const target = (key: string) => ({ contract: ExampleSnapshot, key });
const address = (key: string) => ({ name: ExampleSnapshot.name, key });
const snapshot = (key: string, version: number): PublishedSnapshot => ({
  ...target(key),
  version,
  value: { text: `v${version}` },
});

describe('changing under fences', () => {
  let store: MemorySnapshotStore;
  let writer: FencingSnapshotWriter;
  const stateOf = async (key: string) => (await store.read([address(key)]))[0];
  const fill = async (key: string, version: number) => {
    await store.lease(address(key), 'f', 1_000);
    await store.fill(address(key), 'f', { version, json: `{"text":"v${version}"}` }, 60_000);
  };

  beforeEach(() => {
    store = new MemorySnapshotStore();
    writer = new FencingSnapshotWriter(store, { publishBudgetMs: 60 });
  });

  it('fences before the change, publishes after it, and gives its result', async () => {
    await fill('a', 1);
    const result = await writer.change([target('a')], async () => {
      expect(await stateOf('a')).toEqual({ state: 'fenced' });
      return { result: 'done', snapshots: [snapshot('a', 2)] };
    });
    expect(result).toBe('done');
    expect(await stateOf('a')).toEqual({ state: 'present', version: 2, json: '{"text":"v2"}' });
  });

  it('publishes a deletion as null', async () => {
    await writer.change([target('a')], async () => ({
      result: null,
      snapshots: [{ ...target('a'), version: 3, value: null }],
    }));
    expect(await stateOf('a')).toEqual({ state: 'present', version: 3, json: 'null' });
  });

  it('takes the fence off a target that did not change', async () => {
    await writer.change([target('a'), target('b'), target('a')], async () => ({
      result: null,
      snapshots: [snapshot('a', 2)],
    }));
    expect(await stateOf('b')).toEqual({ state: 'missing' });
    expect(await stateOf('a')).toMatchObject({ version: 2 });
  });

  it('refuses the change and runs nothing when it cannot fence', async () => {
    jest.spyOn(store, 'fence').mockRejectedValue(new AppError('unavailable'));
    const change = jest.fn(async () => ({ result: null, snapshots: [] }));
    await expect(writer.change([target('a')], change)).rejects.toMatchObject({
      code: 'unavailable',
      reason: 'fence_failed',
    });
    expect(change).not.toHaveBeenCalled();
  });

  it('takes the fences away when the change was refused', async () => {
    const refused = writer.change([target('a')], () => Promise.reject(new AppError('conflict')));
    await expect(refused).rejects.toMatchObject({ code: 'conflict' });
    expect(await stateOf('a')).toEqual({ state: 'missing' });
  });

  it('leaves the fences standing when it is not known whether the change has committed', async () => {
    const unclear = writer.change([target('a')], () => Promise.reject(new Error('connection lost in COMMIT')));
    await expect(unclear).rejects.toThrow('connection lost');
    expect(await stateOf('a')).toEqual({ state: 'fenced' });
  });

  it('returns when publishing fails, because the fence still stands, and goes on trying', async () => {
    const publish = jest.spyOn(store, 'publish').mockRejectedValue(new AppError('unavailable'));
    await writer.change([target('a')], async () => ({ result: null, snapshots: [snapshot('a', 2)] }));
    expect(await stateOf('a')).toEqual({ state: 'fenced' });
    publish.mockRestore();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await stateOf('a')).toMatchObject({ version: 2 });
  });

  it('tries a failed publish again before it returns', async () => {
    jest.spyOn(store, 'publish').mockRejectedValueOnce(new AppError('unavailable'));
    await writer.change([target('a')], async () => ({ result: null, snapshots: [snapshot('a', 2)] }));
    expect(await stateOf('a')).toMatchObject({ version: 2 });
  });

  it('does not claim success when the fence may be gone and publishing fails', async () => {
    const slow = new FencingSnapshotWriter(store, { fenceCertainMs: 10, publishBudgetMs: 20, renewEveryMs: 10_000 });
    jest.spyOn(store, 'publish').mockRejectedValue(new AppError('unavailable'));
    const change = slow.change([target('a')], async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return { result: null, snapshots: [snapshot('a', 2)] };
    });
    await expect(change).rejects.toMatchObject({ code: 'unavailable', reason: 'publish_failed_without_fence' });
  });

  it('renews the fences of a long change', async () => {
    const long = new FencingSnapshotWriter(store, { fenceTtlMs: 60, renewEveryMs: 20 });
    await long.change([target('a')], async () => {
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(await stateOf('a')).toEqual({ state: 'fenced' });
      return { result: null, snapshots: [snapshot('a', 2)] };
    });
    expect(await stateOf('a')).toMatchObject({ version: 2 });
  });
});

describe('the encoding of a snapshot', () => {
  it('is the same for equal values, however they were built', () => {
    expect(encodeSnapshot({ b: [{ y: 1, x: null }], a: 'ü' })).toBe('{"a":"ü","b":[{"x":null,"y":1}]}');
    expect(encodeSnapshot({ a: 'ü', b: [{ x: null, y: 1 }] })).toBe(encodeSnapshot({ b: [{ y: 1, x: null }], a: 'ü' }));
    expect(encodeSnapshot(null)).toBe('null');
  });
});
