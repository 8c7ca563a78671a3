import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, type PrivateServer } from '#testing';
import { Redis } from 'ioredis';
import { RedisSnapshotStore } from './redis-snapshot-store.js';
import { freshAddress } from './testing/snapshot-store.suite.js';

const TTL_MS = 60_000;

describe('the Redis store when servers fail', () => {
  let server: PrivateServer;
  let store: RedisSnapshotStore;

  beforeAll(async () => {
    server = await startRedis();
    store = RedisSnapshotStore.connect(server.url);
    expect(await store.waitUntilReady(5_000)).toBe(true);
  }, 60_000);
  afterAll(async () => {
    await store.close();
    await server.stop();
  });

  const fill = async (address: ReturnType<typeof freshAddress>): Promise<void> => {
    await store.lease(address, 'l', TTL_MS);
    await store.fill(address, 'l', { version: 1, json: '1' }, TTL_MS);
  };

  it('answers at once that the server is away, and is back soon after it', async () => {
    await fill(freshAddress());
    await server.kill();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = Date.now();
    await expect(store.read([freshAddress()])).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.fence([freshAddress()], 'f', TTL_MS)).rejects.toMatchObject({ code: 'unavailable' });
    expect(Date.now() - before).toBeLessThan(200);
    await server.restart();
    expect(await store.waitUntilReady(3_000)).toBe(true);
  }, 30_000);

  it('reads nothing that a restarted server has loaded from an old dump', async () => {
    const address = freshAddress();
    await fill(address);
    const other = new Redis(server.url);
    await other.call('SAVE');
    other.disconnect();
    await server.restart();
    expect(await store.waitUntilReady(5_000)).toBe(true);
    const after = new Redis(server.url);
    expect(await after.keys(`*${address.key}`)).toHaveLength(1);
    after.disconnect();
    expect(await store.read([address])).toEqual([{ state: 'missing' }]);
  }, 30_000);

  it('has the fence on a replica before a change begins, and refuses the change when none takes it', async () => {
    const replica = await startRedis();
    const link = new Redis(replica.url);
    try {
      const { hostname, port, password } = new URL(server.url);
      await link.config('SET', 'masterauth', decodeURIComponent(password));
      await link.replicaof(hostname, Number(port));
      const end = Date.now() + 10_000;
      while (!/master_link_status:up/.test(await link.info('replication')) && Date.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const address = freshAddress();
      await store.fence([address], 'f', TTL_MS);
      expect(await link.keys(`*${address.key}`)).toHaveLength(1);

      process.kill(replica.pid, 'SIGSTOP');
      await expect(store.fence([freshAddress()], 'f', TTL_MS)).rejects.toMatchObject({
        code: 'unavailable',
        reason: 'fence_not_replicated',
      });
      // Readers have a connection of their own and did not wait.
      expect(await store.read([freshAddress()])).toEqual([{ state: 'missing' }]);
    } finally {
      if (replica.pid > 0) process.kill(replica.pid, 'SIGCONT');
      link.disconnect();
      await replica.stop();
    }
  }, 30_000);
});
