import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedDatabase } from './embedded-database.js';

const folder = mkdtempSync(join(tmpdir(), 'chancery-embedded-'));
let database: EmbeddedDatabase;
let pools: pg.Pool[];

beforeAll(async () => {
  database = await EmbeddedDatabase.start(folder, { idleInTransactionMs: 300 });
  pools = Array.from({ length: 6 }, () => new pg.Pool({ connectionString: database.url, max: 4 }));
  await pool().query('CREATE TABLE numbers (id integer PRIMARY KEY, payload text)');
}, 60_000);

afterAll(async () => {
  await Promise.all(pools.map((one) => one.end()));
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

function pool(index = 0): pg.Pool {
  const one = pools[index % pools.length];
  if (one === undefined) throw new Error('no pool');
  return one;
}

describe('the embedded database', () => {
  it('lets nobody else reach the socket', () => {
    const socketFolder = new URL(database.url).searchParams.get('host') ?? '';
    expect(statSync(socketFolder).mode & 0o777).toBe(0o700);
  });

  it('never mixes the commands of connections, however large and whatever pieces they come in', async () => {
    const answers = await Promise.all(
      Array.from({ length: 240 }, async (_, index) => {
        if (index % 3 > 0) {
          const { rows } = await pool(index).query('SELECT $1::int AS value', [index]);
          return rows[0].value === index;
        }
        const text = `${index}:`.padEnd(300_000 + index, 'y');
        const { rows } = await pool(index).query('SELECT $1::text AS value, length($1) AS size', [text]);
        return rows[0].value === text && rows[0].size === text.length;
      }),
    );
    expect(answers.every(Boolean)).toBe(true);
  });

  it('answers an error to the connection that made it, and to no other', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, (_, index) =>
        pool(index).query('SELECT $1::int AS value', [index % 2 === 0 ? index : 'not a number']),
      ),
    );
    expect(outcomes.map((outcome) => outcome.status)).toEqual(
      Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? 'fulfilled' : 'rejected')),
    );
  });

  it('runs one transaction after another: no increment is lost', async () => {
    await pool().query(`INSERT INTO numbers VALUES (1, '0')`);
    await Promise.all(
      Array.from({ length: 24 }, async (_, index) => {
        const client = await pool(index).connect();
        await client.query('BEGIN');
        const { rows } = await client.query('SELECT payload FROM numbers WHERE id = 1');
        await client.query('UPDATE numbers SET payload = $1 WHERE id = 1', [String(Number(rows[0].payload) + 1)]);
        await client.query('COMMIT');
        client.release();
      }),
    );
    const { rows } = await pool().query('SELECT payload FROM numbers WHERE id = 1');
    expect(rows[0].payload).toBe('24');
  });

  it('rolls a transaction back when its connection goes away, and serves the others', async () => {
    const client = new pg.Client(database.url);
    client.on('error', () => {});
    await client.connect();
    await client.query('BEGIN');
    await client.query(`INSERT INTO numbers VALUES (2, 'lost')`);
    const waiting = pool().query('SELECT count(*)::int AS found FROM numbers WHERE id = 2');
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    expect((await waiting).rows).toEqual([{ found: 0 }]);
  });

  it('rolls a failed transaction back when its connection goes away', async () => {
    const client = new pg.Client(database.url);
    client.on('error', () => {});
    await client.connect();
    await client.query('BEGIN');
    await expect(client.query('SELECT nonsense')).rejects.toThrow('nonsense');
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    expect((await pool().query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('ends a connection that keeps its transaction idle while others wait', async () => {
    const client = new pg.Client(database.url);
    const errors: Error[] = [];
    client.on('error', (error) => errors.push(error));
    await client.connect();
    await client.query('BEGIN');
    const before = Date.now();
    expect((await pool().query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect(Date.now() - before).toBeGreaterThan(200);
    expect(errors[0]).toMatchObject({ code: '25P03' });
  });

  it('refuses a second start on the same folder, from this process too', async () => {
    await expect(EmbeddedDatabase.start(folder)).rejects.toThrow(/in use by process \d+/);
  });

  it('keeps its data over a clean stop, in a folder whose path is too long for a socket', async () => {
    const long = join(mkdtempSync(join(tmpdir(), 'chancery-long-')), 'd'.repeat(120));
    mkdirSync(long);
    for (const round of [1, 2]) {
      const other = await EmbeddedDatabase.start(long);
      const client = new pg.Client(other.url);
      await client.connect();
      await client.query('CREATE TABLE IF NOT EXISTS kept (round integer)');
      await client.query('INSERT INTO kept VALUES ($1)', [round]);
      expect((await client.query('SELECT round FROM kept ORDER BY round')).rows).toHaveLength(round);
      await client.end();
      await other.close();
    }
    rmSync(join(long, '..'), { recursive: true, force: true });
  }, 60_000);
});
