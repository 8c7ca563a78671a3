import { afterAll, beforeAll } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisSnapshotStore } from './redis-snapshot-store.js';
import { describeFreshness } from './testing/freshness.suite.js';

const url = process.env['TEST_REDIS_URL'] ?? '';
let store: RedisSnapshotStore;
let other: Redis;
let runId = '';

beforeAll(async () => {
  store = RedisSnapshotStore.connect(url, { name: 'test' });
  other = new Redis(url);
  runId = /run_id:(\S+)/.exec(await other.info('server'))?.[1] ?? '';
  await store.waitUntilReady(5_000);
});
afterAll(async () => {
  other.disconnect();
  await store.close();
});

describeFreshness('in Redis', () => ({
  store,
  forget: async (name, key) => void (await other.del(`chancery:snap:${runId}:${name}:${key}`)),
}));
