import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource, EmbeddedDatabase, runMigrations } from '#database';
import type { DataSource } from 'typeorm';
import { describeAuditLog } from '../../testing/audit-log.contract.js';
import { buildAuditEvent, entryOf } from '../../testing/build-audit-event.js';
import { auditDatabase } from './database.js';
import { LockOnly } from './leaf-numbering.js';
import { PoisonEntity } from './poison.entity.js';
import { TypeOrmAuditLog } from './typeorm-audit-log.js';

describe('TypeOrmAuditLog on the embedded database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chancery-audit-'));
  let database: EmbeddedDatabase;
  let data: DataSource;
  let log: TypeOrmAuditLog;

  beforeAll(async () => {
    database = await EmbeddedDatabase.start(folder);
    data = await createDataSource({
      url: database.url,
      description: auditDatabase,
      applicationName: 'test',
      poolSize: 2,
    }).initialize();
    await runMigrations(data, auditDatabase);
    log = new TypeOrmAuditLog(data, new LockOnly());
  }, 60_000);

  afterAll(async () => {
    await data.destroy();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describeAuditLog(() => ({
    log,
    poison: async () => {
      const rows = await data
        .getRepository(PoisonEntity)
        .find({ select: { digest: true, payload: true, error: true } });
      return rows.map(({ payload, error }) => ({ payload: payload.toString('utf8'), error }));
    },
  }));

  it('refuses to change or remove what is written', async () => {
    await log.append([entryOf(buildAuditEvent())], []);
    for (const statement of [
      `UPDATE audit.events SET outcome = 'failure'`,
      `DELETE FROM audit.events`,
      `TRUNCATE audit.events`,
    ]) {
      await expect(data.query(statement)).rejects.toThrow(/append-only/);
    }
  });
});
