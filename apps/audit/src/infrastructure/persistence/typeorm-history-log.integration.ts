import { afterAll, beforeAll, describe } from '@jest/globals';
import { createDataSource, runMigrations } from '#database';
import { createTestDatabase, type TestDatabase } from '#testing';
import type { DataSource } from 'typeorm';
import { entryOf } from '../../testing/build-audit-event.js';
import { describeHistoryLog } from '../../testing/history-log.contract.js';
import { auditDatabase } from './database.js';
import { EventAppender } from './event-appender.js';
import { MerkleNumbering } from './merkle-numbering.js';
import { TypeOrmAuditLog } from './typeorm-audit-log.js';
import { TypeOrmHistoryLog } from './typeorm-history-log.js';

describe('TypeOrmHistoryLog', () => {
  let database: TestDatabase;
  let data: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    const options = { url: database.url, description: auditDatabase, applicationName: 'test', poolSize: 2 };
    data = await createDataSource(options).initialize();
    await runMigrations(data, auditDatabase);
  });

  afterAll(async () => {
    await data.destroy();
    await database.drop();
  });

  describeHistoryLog(() => ({
    log: new TypeOrmHistoryLog(data),
    record: async (events) => {
      const entries = events.map(entryOf);
      await new TypeOrmAuditLog(data, new EventAppender(new MerkleNumbering())).append(entries, []);
    },
  }));
});
