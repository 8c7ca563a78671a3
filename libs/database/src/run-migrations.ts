import { MigrationExecutor, type DataSource, type QueryRunner } from 'typeorm';
import { isEmbeddedUrl } from './embedded-url.js';
import { liftQueryTimeout, liftServerTimeouts } from './unhurried-transaction.js';
import type { DatabaseDescription } from './ports.js';

/**
 * Brings a schema up to date: creates it when missing, then runs what is pending, all in one transaction. The account of what was
 * run is the owner's: a role that could write to it could keep a later migration from ever running. Any number of
 * replicas may do it at once: a transaction-level advisory lock lets one work and the others find nothing to do.
 *
 * @returns the names of the migrations that were run.
 * @throws Error when the schema is missing and the role may not create it, or a migration fails; then nothing has changed.
 */
export async function runMigrations(
  dataSource: DataSource,
  description: DatabaseDescription,
): Promise<readonly string[]> {
  const queryRunner = dataSource.createQueryRunner();
  const restoreTimeout = await liftQueryTimeout(queryRunner);
  try {
    await queryRunner.startTransaction();
    try {
      await takeTurn(dataSource, queryRunner, description.schema);
      await createSchema(queryRunner, description.schema);
      const executor = new MigrationExecutor(dataSource, queryRunner);
      executor.transaction = 'all';
      const executed = await executor.executePendingMigrations();
      await keepForOwner(queryRunner, description.schema);
      await queryRunner.commitTransaction();
      return executed.map((migration) => migration.name);
    } catch (error) {
      await queryRunner.rollbackTransaction().catch(() => {});
      throw error;
    }
  } finally {
    restoreTimeout();
    await queryRunner.release();
  }
}

/** The embedded database is one session that serialises transactions: whoever has begun one already has its turn. */
async function takeTurn(dataSource: DataSource, queryRunner: QueryRunner, schema: string): Promise<void> {
  if ('url' in dataSource.options && isEmbeddedUrl(String(dataSource.options.url))) return;
  // Waiting for another replica and rewriting a large table may both take longer than a query in service is allowed.
  await liftServerTimeouts(queryRunner);
  await queryRunner.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`chancery.migrations.${schema}`]);
}

async function createSchema(queryRunner: QueryRunner, schema: string): Promise<void> {
  // Asked first, because `IF NOT EXISTS` wants the right to create a schema even when it is there.
  const rows: unknown[] = await queryRunner.query('SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1', [schema]);
  if (rows.length > 0) return;
  await queryRunner.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
}

/** Leaves to other roles, which the schema's default privileges let at every new table, no more than reading. */
async function keepForOwner(queryRunner: QueryRunner, schema: string): Promise<void> {
  await queryRunner.query(`
    DO $$
    DECLARE
      granted record;
    BEGIN
      FOR granted IN
        SELECT DISTINCT c.relkind, CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END AS role
          FROM pg_catalog.pg_class c, aclexplode(c.relacl) g
         WHERE c.oid IN (to_regclass('${schema}.migrations'), to_regclass('${schema}.migrations_id_seq'))
           AND g.grantee <> c.relowner AND pg_has_role(c.relowner, 'USAGE')
           AND (c.relkind = 'S' OR g.privilege_type <> 'SELECT')
      LOOP
        IF granted.relkind = 'S' THEN
          EXECUTE format('REVOKE ALL ON SEQUENCE ${schema}.migrations_id_seq FROM %s', granted.role);
        ELSE
          EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON ${schema}.migrations FROM %s',
            granted.role);
        END IF;
      END LOOP;
    END $$`);
}
