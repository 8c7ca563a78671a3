import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisSnapshotStore } from './redis-snapshot-store.js';
import { describeSnapshotStore, freshAddress } from './testing/snapshot-store.suite.js';

const url = process.env['TEST_REDIS_URL'] ?? '';
const connectionName = `test-${randomUUID()}`;
let store: RedisSnapshotStore;
let other: Redis;

beforeAll(async () => {
  store = RedisSnapshotStore.connect(url, { name: connectionName });
  other = new Redis(url);
  await store.waitUntilReady(5_000);
});
afterAll(async () => {
  other.disconnect();
  await store.close();
});

describeSnapshotStore('Redis', () => store);

describe('Redis: the server', () => {
  it('is seen as ready when it answers', () => {
    expect(store.isReady()).toBe(true);
  });

  it('is seen as away when it is', async () => {
    const away = RedisSnapshotStore.connect('redis://127.0.0.1:1');
    expect(await away.waitUntilReady(100)).toBe(false);
    await expect(away.read([freshAddress()])).rejects.toMatchObject({ code: 'unavailable' });
    await expect(away.fence([freshAddress()], 'f', 1_000)).rejects.toMatchObject({ code: 'unavailable' });
    await away.close();
  });

  it('comes back after its connections were cut', async () => {
    const clients = String(await other.client('LIST')).split('\n');
    const own = clients
      .filter((line) => line.includes(connectionName))
      .map((line) => /^id=(\d+)/.exec(line)?.[1] ?? '');
    expect(own).toHaveLength(2);
    for (const id of own) await other.client('KILL', 'ID', id);
    const read = () => store.read([freshAddress()]).catch(() => 'away');
    const end = Date.now() + 5_000;
    while ((await read()) === 'away' && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await read()).toEqual([{ state: 'missing' }]);
    expect(await store.waitUntilReady(5_000)).toBe(true);
  });

  it('keeps a value under the name of its own run, with an expiry', async () => {
    const address = freshAddress();
    await store.lease(address, 'l', 60_000);
    await store.fill(address, 'l', { version: 2, json: '{}' }, 60_000);
    const [key] = await other.keys(`chancery:snap:*:${address.name}:${address.key.split(':')[0]}*`);
    expect(key).toMatch(/^chancery:snap:[0-9a-f]{40}:registry\.client:/);
    expect(await other.get(key ?? '')).toBe('V2:{}');
    expect(await other.pttl(key ?? '')).toBeGreaterThan(50_000);
  });
});
