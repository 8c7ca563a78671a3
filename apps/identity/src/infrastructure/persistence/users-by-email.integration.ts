import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource, EmbeddedDatabase, runMigrations } from '#database';
import { createTestDatabase } from '#testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { USER_SORTS } from '#contracts';
import type { UserQuery } from '../../domain/user-store.js';
import { identityDatabase } from './database.js';
import { listUsers } from './list-users.js';

const COUNT = 5_000;

const DATABASES = [
  {
    name: 'PostgreSQL',
    open: async () => {
      const database = await createTestDatabase();
      return { url: database.url, remove: () => database.drop() };
    },
  },
  {
    name: 'the embedded database',
    open: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'chancery-emails-'));
      const database = await EmbeddedDatabase.start(folder);
      const remove = async (): Promise<void> => {
        await database.close();
        rmSync(folder, { recursive: true, force: true });
      };
      return { url: database.url, remove };
    },
  },
] as const;

describe.each(DATABASES)('users by e-mail address in $name', ({ open }) => {
  const realmId = uuidv7();
  const asked: { readonly sql: string; readonly parameters: unknown[] }[] = [];
  let database: Awaited<ReturnType<typeof open>>;
  let data: DataSource;

  beforeAll(async () => {
    database = await open();
    const settings = { description: identityDatabase, applicationName: 'identity-test', poolSize: 1 };
    data = createDataSource({ url: database.url, ...settings });
    await data.initialize();
    await runMigrations(data, identityDatabase);
    // No statistics: nothing says yet that addresses are rare.
    await data.query(
      `INSERT INTO identity.users (id, realm_id, realm_name, username, username_key, email, email_verified, search_text,
         search_keys, enabled, required_actions, has_password, version, created_at, updated_at)
       SELECT gen_random_uuid(), $1, 'acme', 'user' || n, 'user' || n, 'User' || n || '@Example.com', true, 'user' || n,
         '{}', true, '{}', false, 1, now(), now() FROM generate_series(1, ${COUNT}) AS n`,
      [realmId],
    );
    Object.assign(data.logger, {
      logQuery: (sql: string, parameters: unknown[] = []) => asked.push({ sql, parameters }),
    });
    data.setOptions({ logging: ['query'] });
  }, 60_000);
  afterAll(async () => {
    await data.destroy();
    await database.remove();
  });

  it.each(USER_SORTS)('are found by the index, in the order %s', async (sort) => {
    const filter = { email: 'uSER4711@example.COM' };
    const query: UserQuery = { page: { limit: 50, cursor: null }, sort, search: null, filter };
    asked.length = 0;
    const { items, total } = await listUsers(data, realmId, query);
    expect([items.map(({ username }) => username), total]).toEqual([['user4711'], 1]);
    const statements = asked.filter(({ sql }) => sql.startsWith('SELECT'));
    expect(statements.length).toBeGreaterThan(1);
    for (const { sql, parameters } of statements) {
      const plan: { readonly 'QUERY PLAN': string }[] = await data.query(`EXPLAIN ${sql}`, parameters);
      const lines = plan.map((line) => line['QUERY PLAN']).join('\n');
      expect(lines).toContain('users_email_idx');
      expect(lines).not.toContain('Seq Scan');
    }
  });
});
