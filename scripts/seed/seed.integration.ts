import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource, EmbeddedDatabase, runMigrations } from '#database';
import { createTestDatabase } from '#testing';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { identityDatabase } from '../../apps/identity/src/infrastructure/persistence/database.js';
import { registryDatabase } from '../../apps/registry/src/infrastructure/persistence/database.js';
import { rolesDatabase } from '../../apps/roles/src/infrastructure/persistence/database.js';
import { tokensDatabase } from '../../apps/tokens/src/infrastructure/persistence/database.js';
import { seed, type SeedPlan, type SeedTarget } from './seed.js';
import { seededClientId, seededSecret } from './seeded.js';

const PLAN: SeedPlan = {
  ...{ text: 'test', realm: 'seed', clients: 30, realms: 3, roles: 5, rolesPerClient: 2, holders: 10 },
};

async function openEmbedded() {
  const folder = mkdtempSync(join(tmpdir(), 'chancery-seed-'));
  const database = await EmbeddedDatabase.start(folder);
  return {
    url: database.url,
    async close() {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function openServer() {
  const { url, drop } = await createTestDatabase();
  return { url, close: drop };
}

describe.each([
  ['PostgreSQL', openServer],
  ['the embedded database', openEmbedded],
])('a seed in %s', (_name, open) => {
  let database: Awaited<ReturnType<typeof openServer>>;
  let source: DataSource;
  const told: string[] = [];

  const target = (changes: Partial<SeedTarget> = {}): SeedTarget => ({
    databaseUrl: database.url,
    masterKey: Buffer.alloc(32, 7).toString('base64'),
    force: false,
    output: { write: (text) => told.push(text) },
    environment: {},
    ...changes,
  });
  const one = async <T>(sql: string, ...parameters: readonly unknown[]): Promise<T> => {
    const [row] = (await source.query(sql, [...parameters])) as readonly T[];
    if (row === undefined) throw new Error('no row');
    return row;
  };
  const counts = () =>
    one<Record<string, number>>(`SELECT
      (SELECT count(*)::int FROM registry.realms) AS realms,
      (SELECT count(*)::int FROM registry.clients WHERE client_type = 'confidential') AS clients,
      (SELECT count(*)::int FROM registry.client_secrets) AS secrets,
      (SELECT count(*)::int FROM identity.users) AS users,
      (SELECT count(*)::int FROM roles.roles) AS roles,
      (SELECT count(*)::int FROM roles.assignments) AS assignments,
      (SELECT count(*)::int FROM tokens.signing_keys) AS keys`);

  beforeAll(async () => {
    database = await open();
    for (const description of [registryDatabase, identityDatabase, rolesDatabase, tokensDatabase]) {
      const made = createDataSource({ url: database.url, description, applicationName: 'test', poolSize: 1 });
      await made.initialize();
      await runMigrations(made, description);
      await made.destroy();
    }
    source = createDataSource({
      ...{ url: database.url, description: registryDatabase, applicationName: 'test', poolSize: 1 },
    });
    await source.initialize();
  }, 60_000);
  afterAll(async () => {
    await source.destroy();
    await database.close();
  });

  it('makes what the API would have made, tells how far it is, and adds nothing the second time', async () => {
    await seed(PLAN, target());
    const expected = { realms: 4, clients: 33, secrets: 33, users: 33, roles: 4 * 2 + 6, assignments: 70, keys: 4 };
    expect(await counts()).toEqual(expected);
    expect(told.at(-1)).toContain('realms: 3 of 3');
    await seed(PLAN, target());
    expect(await counts()).toEqual(expected);
    await seed({ ...PLAN, clients: 40 }, target());
    expect(await counts()).toMatchObject({ clients: 43, users: 43 });
  });

  it('gives each client the secret that the seed says, and the account that is its own', async () => {
    const clientId = seededClientId(7);
    const row = await one<{ sha256: Buffer; linked: boolean; version: string }>(
      `SELECT s.sha256, u.id = c.service_account_user_id AS linked, c.snapshot_version AS version
       FROM registry.clients c
       JOIN registry.client_secrets s ON s.client_uuid = c.id
       JOIN identity.users u ON u.client_id = c.id AND u.realm_id = c.realm_id
       JOIN registry.realms r ON r.id = c.realm_id
       WHERE r.name = 'seed' AND c.client_id = $1`,
      clientId,
    );
    expect(row.sha256.toString('hex')).toBe(hash('sha256', seededSecret(PLAN, 'seed', clientId)));
    expect(row.linked).toBe(true);
    expect(Number(row.version)).toBeGreaterThan(0);
    expect(seededSecret({ ...PLAN, text: 'other' }, 'seed', clientId)).not.toBe(seededSecret(PLAN, 'seed', clientId));
  });

  it('leaves alone what may be real, unless it is forced', async () => {
    await expect(seed(PLAN, target({ environment: { NODE_ENV: 'production' } }))).rejects.toThrow('--force');
    await source.query(`UPDATE registry.realms SET name = 'acme' WHERE name = 'seed-00002'`);
    await expect(seed(PLAN, target())).rejects.toThrow('acme');
    await seed(PLAN, target({ force: true }));
    expect(await counts()).toMatchObject({ realms: 5 });
  });
});
