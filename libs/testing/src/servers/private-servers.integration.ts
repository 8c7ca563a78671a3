import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { startNats } from './nats.js';
import { startPostgres } from './postgres.js';
import { type PrivateServer } from './private-server.js';
import { startRedis } from './redis.js';
import { createTestDatabase } from './test-database.js';

async function query(url: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

describe('a private PostgreSQL', () => {
  let server: PrivateServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(async () => {
    await server.stop();
  });

  it('keeps what was committed over kill and restart, at the same address', async () => {
    await query(server.url, 'CREATE TABLE kept AS SELECT 42 AS n');
    await server.kill();
    await expect(query(server.url, 'SELECT 1')).rejects.toThrow();
    await server.restart();
    expect(await query(server.url, 'SELECT n FROM kept')).toEqual([{ n: 42 }]);
  }, 60_000);

  it('lets nobody in without the password', async () => {
    const url = new URL(server.url);
    url.password = 'wrong';
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow(/password/);
  });
});

it('a private Redis answers and comes back empty on the same port', async () => {
  const server = await startRedis();
  const redis = new Redis(server.url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  redis.on('error', () => {});
  try {
    await redis.set('a', '1');
    await server.kill();
    await server.restart();
    expect(await redis.get('a')).toBeNull();
  } finally {
    redis.disconnect();
    await server.stop();
  }
}, 30_000);

it('a private NATS takes a configuration: who is not in it gets no connection', async () => {
  const server = await startNats({ config: 'authorization { users: [ { user: "a", password: "b" } ] }' });
  try {
    await expect(connect({ servers: server.url, maxReconnectAttempts: 0 })).rejects.toThrow(/uthorization/);
    const connection = await connect({ servers: server.url, user: 'a', pass: 'b' });
    await connection.close();
  } finally {
    await server.stop();
  }
}, 30_000);

it('a test database is empty, and gone after drop', async () => {
  const database = await createTestDatabase();
  expect(await query(database.url, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
  await database.drop();
  await expect(query(database.url, 'SELECT 1')).rejects.toThrow(/does not exist/);
});
