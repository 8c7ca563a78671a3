import { createDataSource, runMigrations, SqlKeptAnswers, type Outbox } from '#database';
import { createTestDatabase } from '#testing';
import type { DataSource } from 'typeorm';
import { registryDatabase } from '../infrastructure/persistence/database.js';
import { TypeOrmClientRepository } from '../infrastructure/persistence/typeorm-client.repository.js';
import { TypeOrmClientUris } from '../infrastructure/persistence/typeorm-client-uris.js';
import { TypeOrmMilestones } from '../infrastructure/persistence/typeorm-milestones.js';
import { TypeOrmRealmRepository } from '../infrastructure/persistence/typeorm-realm.repository.js';
import { TypeOrmRegistryTransactions } from '../infrastructure/persistence/typeorm-registry-transactions.js';
import { TypeOrmSecretUseRepository } from '../infrastructure/persistence/typeorm-secret-use.repository.js';
import { TypeOrmSnapshotRepository } from '../infrastructure/persistence/typeorm-snapshot.repository.js';
import { FakeOutbox } from './fakes.js';
import type { OpenedAdapters } from './registry-ports.suite.js';

/** The registry's adapters over a database of their own. */
export interface PostgresRegistry extends OpenedAdapters {
  readonly dataSource: DataSource;
}

/** Makes a database, migrates it and opens the adapters on it; `outboxOf` says where events and calls go (default: nowhere). */
export async function openPostgresRegistry(
  outboxOf: (dataSource: DataSource) => Outbox = () => new FakeOutbox(),
): Promise<PostgresRegistry> {
  const database = await createTestDatabase();
  const dataSource = createDataSource({
    url: database.url,
    description: registryDatabase,
    applicationName: 'registry-test',
    poolSize: 10,
  });
  await dataSource.initialize();
  await runMigrations(dataSource, registryDatabase);
  return {
    dataSource,
    realms: new TypeOrmRealmRepository(dataSource),
    clients: new TypeOrmClientRepository(dataSource),
    snapshots: new TypeOrmSnapshotRepository(dataSource),
    transactions: new TypeOrmRegistryTransactions(dataSource, outboxOf(dataSource)),
    uris: new TypeOrmClientUris(dataSource.manager),
    secretUses: new TypeOrmSecretUseRepository(dataSource),
    milestones: new TypeOrmMilestones(dataSource),
    answers: new SqlKeptAnswers(dataSource, 'registry', 'registry.realms'),
    async close() {
      await dataSource.destroy();
      await database.drop();
    },
  };
}
