import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditEmbeddedDatabase, type AuditTestDatabase } from '../../testing/audit-databases.js';
import { describeAuditLog } from '../../testing/audit-log.contract.js';
import { buildAuditEvent, entryOf } from '../../testing/build-audit-event.js';
import { EventAppender } from './event-appender.js';
import { MerkleNumbering } from './merkle-numbering.js';
import { PoisonEntity } from './poison.entity.js';
import { TypeOrmAuditLog } from './typeorm-audit-log.js';

describe('TypeOrmAuditLog on the embedded database', () => {
  let database: AuditTestDatabase;
  let log: TypeOrmAuditLog;

  beforeAll(async () => {
    database = await auditEmbeddedDatabase();
    log = new TypeOrmAuditLog(database.app, new EventAppender(new MerkleNumbering()));
  }, 60_000);

  afterAll(async () => {
    await database.remove();
  });

  describeAuditLog(() => ({
    log,
    poison: async () => {
      const rows = await database.app.getRepository(PoisonEntity).find({ select: { payload: true, error: true } });
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
      await expect(database.owner.query(statement)).rejects.toThrow(/append-only/);
    }
  });
});
