import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runMigrations } from '#database';
import { NOW } from '../../testing/builders.js';
import { openPostgresRegistry, type PostgresRegistry } from '../../testing/open-postgres-registry.js';
import { registryDatabase } from './database.js';

describe('migrations of the registry', () => {
  let registry: PostgresRegistry;

  beforeAll(async () => {
    registry = await openPostgresRegistry();
  });
  afterAll(() => registry.close());

  it('make exactly the columns that the entities know', async () => {
    for (const { tableName, columns } of registry.dataSource.entityMetadatas) {
      const rows: { column_name: string; is_nullable: string }[] = await registry.dataSource.query(
        `SELECT c.column_name, c.is_nullable FROM information_schema.columns c
         WHERE c.table_schema = 'registry' AND c.table_name = $1`,
        [tableName],
      );
      const inDatabase = rows.map(({ column_name, is_nullable }) => `${column_name} ${is_nullable}`).sort();
      const inEntity = columns
        .map(({ databaseName, isNullable }) => `${databaseName} ${isNullable ? 'YES' : 'NO'}`)
        .sort();
      expect([tableName, inEntity]).toEqual([tableName, inDatabase]);
    }
  });

  it('leave everything in the schema of the service', async () => {
    const rows: unknown[] = await registry.dataSource.query(
      `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname NOT IN ('registry', 'pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'`,
    );
    expect(rows).toEqual([]);
  });

  it('have an index for every foreign key and every order of a list', async () => {
    const rows: { columns: string }[] = await registry.dataSource.query(
      `SELECT t.relname || '(' || string_agg(a.attname, ',' ORDER BY k.position) || ')' AS columns
       FROM pg_index i
       JOIN pg_class t ON t.oid = i.indrelid
       JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'registry'
       CROSS JOIN unnest(i.indkey::int[]) WITH ORDINALITY AS k (attnum, position)
       JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum
       WHERE k.position <= i.indnkeyatts
       GROUP BY i.indexrelid, t.relname`,
    );
    expect(rows.map(({ columns }) => columns)).toEqual(
      expect.arrayContaining([
        'realms(name)',
        'clients(realm_id,client_id)',
        'clients(realm_id,name,id)',
        'clients(realm_id,created_at,id)',
        'clients(realm_id,client_type,client_id)',
        'clients(search_keys)',
        'client_secrets(realm_id,client_uuid,created_at,id)',
        'redirect_uris(realm_id,client_uuid,created_at,id)',
        'post_logout_redirect_uris(realm_id,client_uuid,created_at,id)',
        'web_origins(realm_id,client_uuid,created_at,id)',
        'provisions(created_at,id)',
      ]),
    );
  });

  it('forget tombstones after a day, not before', async () => {
    await registry.dataSource.query(
      `INSERT INTO registry.snapshot_tombstones (snapshot, key, version, deleted_at)
       VALUES ('registry.realm', 'old', 1, now() - interval '25 hours'), ('registry.realm', 'young', 2, now())`,
    );
    await registry.transactions.forgetOldTombstones();
    const loaded = await registry.snapshots.realms(['old', 'young']);
    expect(loaded.map(({ version }) => version)).toEqual([0, 2]);
  });

  it('can be taken back and run again', async () => {
    expect(await runMigrations(registry.dataSource, registryDatabase)).toEqual([]);
    await registry.dataSource.undoLastMigration();
    expect(await runMigrations(registry.dataSource, registryDatabase)).toHaveLength(1);
    expect(await registry.transactions.staleProvisions(NOW, 1)).toEqual([]);
  });
});
