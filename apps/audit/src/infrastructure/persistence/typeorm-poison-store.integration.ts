import { createDataSource, runMigrations } from '#database';
import { createTestDatabase, type TestDatabase } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { ShowPoison } from '../../application/show-poison.js';
import type { PoisonPosition } from '../../domain/poison-store.js';
import { auditDatabase } from './database.js';
import { TypeOrmPoisonStore } from './typeorm-poison-store.js';

describe('what was set aside', () => {
  let database: TestDatabase;
  let data: DataSource;
  let list: ShowPoison;

  beforeAll(async () => {
    database = await createTestDatabase();
    data = await createDataSource({
      url: database.url,
      description: auditDatabase,
      applicationName: 'test',
      poolSize: 2,
    }).initialize();
    await runMigrations(data, auditDatabase);
    list = new ShowPoison(new TypeOrmPoisonStore(data));
  });

  afterAll(async () => {
    await data.destroy();
    await database.drop();
  });

  it('is shown newest first, page by page, each once, with its beginning and its size', async () => {
    for (let n = 0; n < 5; n += 1) {
      // Two of them at the same time.
      const at = `2026-03-01T10:00:0${String(n >> 1)}.000Z`;
      await data.query('INSERT INTO audit.poison (digest, payload, error, received_at) VALUES ($1, $2, $3, $4)', [
        String(n).repeat(64),
        Buffer.from(`payload ${String(n)} \0`),
        'not JSON',
        at,
      ]);
    }
    const seen: string[] = [];
    let after: PoisonPosition | null = null;
    do {
      const page: Awaited<ReturnType<ShowPoison['execute']>> = await list.execute({ limit: 2, after, shownBytes: 9 });
      expect(page.total).toBe(5);
      for (const { beginning, bytes, error } of page.entries) {
        expect({ bytes, error }).toEqual({ bytes: 11, error: 'not JSON' });
        seen.push(beginning.toString());
      }
      after = page.next;
    } while (after !== null);
    expect(seen).toEqual([4, 2, 3, 0, 1].map((n) => `payload ${String(n)}`));
  });
});
