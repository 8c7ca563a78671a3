import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedDatabase } from './embedded-database.js';
import { sourceArguments } from './source-arguments.js';

const folder = mkdtempSync(join(tmpdir(), 'chancery-crash-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Opens the database in a process of its own, and inserts from four connections, saying each number once acknowledged. */
const WRITER = `
  import pg from 'pg';
  const { EmbeddedDatabase } = await import(process.argv[1]);
  const database = await EmbeddedDatabase.start(process.argv[2]);
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  await pool.query('CREATE TABLE IF NOT EXISTS acknowledged (number integer PRIMARY KEY)');
  let number = Number(process.argv[3]);
  const write = async () => {
    for (;;) {
      const mine = number++;
      await pool.query('INSERT INTO acknowledged VALUES ($1)', [mine]);
      process.stdout.write(mine + '\\n');
    }
  };
  await Promise.all([write(), write(), write(), write()]);`;

async function writeUntilKilled(from: number, acknowledgements: number): Promise<readonly number[]> {
  const child = spawn(
    process.execPath,
    [
      ...sourceArguments(),
      '--input-type=module',
      '-e',
      WRITER,
      join(import.meta.dirname, 'embedded-database.ts'),
      folder,
      String(from),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: import.meta.dirname },
  );
  let output = '';
  let seen = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    seen += chunk.toString().split('\n').length - 1;
    if (seen >= acknowledgements) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return output.split('\n').slice(0, -1).map(Number);
}

describe('the embedded database when its process is killed', () => {
  it('has every acknowledged row afterwards, round after round, and lets the next process in at once', async () => {
    const acknowledged: number[] = [];
    for (const round of [1, 2, 3]) {
      const numbers = await writeUntilKilled(round * 1_000_000, 200);
      expect(numbers.length).toBeGreaterThanOrEqual(200);
      acknowledged.push(...numbers);
    }
    const database = await EmbeddedDatabase.start(folder);
    const client = new pg.Client(database.url);
    await client.connect();
    const { rows } = await client.query('SELECT number FROM acknowledged');
    const present = new Set(rows.map((row: { number: number }) => row.number));
    expect(acknowledged.filter((number) => !present.has(number))).toEqual([]);
    await client.end();
    await database.close();
  }, 90_000);

  it('has no more to read again than what was written since the last checkpoint', async () => {
    const database = await EmbeddedDatabase.start(folder, { checkpoints: { lookEveryMs: 20, afterBytes: 1_000_000 } });
    const client = new pg.Client(database.url);
    await client.connect();
    const bytes = async (sql: string): Promise<number> =>
      Number((await client.query(`SELECT ${sql} AS bytes`)).rows[0].bytes);
    const written = () => bytes(`pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')`);
    const toReadAgain = () =>
      bytes('(SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) FROM pg_control_checkpoint())');
    await client.query('CREATE TABLE written (text text)');
    const before = await written();
    await client.query(`INSERT INTO written SELECT repeat('x', 1000) FROM generate_series(1, 4000)`);
    expect((await written()) - before).toBeGreaterThan(2_000_000);
    const end = Date.now() + 20_000;
    while ((await toReadAgain()) >= 1_000_000 && Date.now() < end) await new Promise((r) => setTimeout(r, 20));
    expect(await toReadAgain()).toBeLessThan(1_000_000);
    expect((await client.query('SELECT count(*)::int AS count FROM written')).rows).toEqual([{ count: 4_000 }]);
    await client.end();
    await database.close();
  }, 90_000);

  it('starts over when the very first start was killed half way', async () => {
    const unfinished = join(folder, 'database.unfinished');
    const first = await EmbeddedDatabase.start(folder);
    await first.close();
    rmSync(join(folder, 'database'), { recursive: true });
    writeFileSync(unfinished, 'half made');
    const second = await EmbeddedDatabase.start(folder);
    expect(existsSync(unfinished)).toBe(false);
    await second.close();
  }, 60_000);
});
