import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { isEmbeddedUrl } from './embedded-url.js';

/**
 * A transaction that may take its time, for work in the background that nobody waits for: without the limits that protect the
 * service from its own queries.
 */
export async function unhurriedTransaction<T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const queryRunner = dataSource.createQueryRunner();
  const restoreTimeout = await liftQueryTimeout(queryRunner);
  try {
    await queryRunner.startTransaction();
    try {
      const embedded = 'url' in dataSource.options && isEmbeddedUrl(String(dataSource.options.url));
      if (!embedded) await liftServerTimeouts(queryRunner);
      const result = await work(queryRunner.manager);
      await queryRunner.commitTransaction();
      return result;
    } catch (error) {
      await queryRunner.rollbackTransaction().catch(() => {});
      throw error;
    }
  } finally {
    restoreTimeout();
    await queryRunner.release();
  }
}

/** Lifts the server's limits for this transaction only, which is what the third argument means. */
export async function liftServerTimeouts(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(
    `SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true),
            set_config('idle_in_transaction_session_timeout', '0', true)`,
  );
}

/** Lifts the client's own limit of a query's time, which no `set_config` reaches, until the result is called. */
export async function liftQueryTimeout(queryRunner: QueryRunner): Promise<() => void> {
  const client: { readonly connectionParameters: { query_timeout?: number | undefined } } = await queryRunner.connect();
  const { connectionParameters } = client;
  const { query_timeout } = connectionParameters;
  connectionParameters.query_timeout = undefined;
  return () => {
    connectionParameters.query_timeout = query_timeout;
  };
}
