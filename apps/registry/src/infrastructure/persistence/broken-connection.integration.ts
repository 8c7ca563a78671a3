import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aRealm } from '../../testing/builders.js';
import { openPostgresRegistry, type PostgresRegistry } from '../../testing/open-postgres-registry.js';

const OTHERS = `SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a
  WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()`;

describe('a connection that breaks', () => {
  let registry: PostgresRegistry;

  beforeAll(async () => {
    registry = await openPostgresRegistry();
  });
  afterAll(() => registry.close());

  it('before the commit: nothing happened, and the caller is told to try again', async () => {
    const attempt = registry.transactions.run(async (transaction) => {
      const realm = await transaction.insertRealm(aRealm({ name: 'before' }));
      await registry.dataSource.query(OTHERS);
      return transaction.updateRealm(realm);
    });
    await expect(attempt).rejects.toMatchObject({ name: 'AppError', code: 'unavailable' });
    expect(await registry.realms.findByName('before')).toBeNull();
  });

  it('in the commit: the outcome is uncertain, which no caller may take for a refusal', async () => {
    const attempt = registry.transactions.run(async (transaction) => {
      await transaction.insertRealm(aRealm({ name: 'within' }));
      await registry.dataSource.query(OTHERS);
    });
    await expect(attempt).rejects.toMatchObject({ name: 'UncertainCommitError' });
  });
});
