import { MigrationExecutor, type DataSource, type QueryRunner } from 'typeorm';
import { isEmbeddedUrl } from './embedded-url.js';
import { liftQueryTimeout, liftServerTimeouts } from './unhurried-transaction.js';
import type { DatabaseDescription } from './ports.js';

/**
 * Brings a schema up to date: creates it when missing, then runs what is pending, all in one transaction. Any number of
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
