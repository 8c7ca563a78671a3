import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource, runMigrations } from '#database';
import { createTestDatabase, type TestDatabase } from '#testing';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { UnstorableEntryError } from '../../domain/audit-log.js';
import { wholeEvent } from '../../domain/event-text.js';
import { setAside, type LogEntry } from '../../domain/log-entry.js';
import { describeAuditLog } from '../../testing/audit-log.contract.js';
import { buildAuditEvent, entryOf } from '../../testing/build-audit-event.js';
import { auditDatabase } from './database.js';
import { searchCondition } from './event-search.js';
import { EventAppender } from './event-appender.js';
import { MerkleNumbering } from './merkle-numbering.js';
import { PoisonEntity } from './poison.entity.js';
import { TypeOrmAuditLog } from './typeorm-audit-log.js';

/** The rights of the running service's role (`#topology`): what the log does must be possible with them. */
const APP_ROLE = `audit_app_${uuidv7().replaceAll('-', '')}`;

describe('TypeOrmAuditLog', () => {
  let database: TestDatabase;
  let owner: DataSource;
  let app: DataSource;
  let log: TypeOrmAuditLog;

  beforeAll(async () => {
    database = await createTestDatabase();
    owner = await open(database.url);
    await runMigrations(owner, auditDatabase);
    await owner.query(`CREATE ROLE ${APP_ROLE} LOGIN PASSWORD 'app'`);
    await owner.query(`GRANT USAGE ON SCHEMA audit TO ${APP_ROLE}`);
    await owner.query(`GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA audit TO ${APP_ROLE}`);
    const url = new URL(database.url);
    url.username = APP_ROLE;
    url.password = 'app';
    app = await open(url.href);
    log = new TypeOrmAuditLog(app, new EventAppender(new MerkleNumbering()));
  });

  afterAll(async () => {
    await app.destroy();
    await owner.query(`DROP OWNED BY ${APP_ROLE}`);
    await owner.query(`DROP ROLE ${APP_ROLE}`);
    await owner.destroy();
    await database.drop();
  });

  describeAuditLog(() => ({
    log,
    poison: async () => {
      const rows = await app.getRepository(PoisonEntity).find({ select: { digest: true, payload: true, error: true } });
      return rows.map(({ payload, error }) => ({ payload: payload.toString('utf8'), error }));
    },
  }));

  it('refuses to change or remove what is written, whoever asks', async () => {
    await log.append([entryOf(buildAuditEvent())], [setAside('noise', 'no JSON')]);
    for (const statement of [
      `UPDATE audit.events SET outcome = 'failure'`,
      `DELETE FROM audit.events`,
      `TRUNCATE audit.events`,
      `UPDATE audit.events_forever_other SET outcome = 'failure'`,
      `DELETE FROM audit.events_forever_other`,
      `TRUNCATE audit.events_forever_other`,
      `DELETE FROM audit.poison`,
    ]) {
      await expect(app.query(statement)).rejects.toThrow(/permission denied/);
      await expect(owner.query(statement)).rejects.toThrow(/append-only/);
    }
  });

  it('lets the personal part be erased by the function for it alone, and nothing else with it', async () => {
    const subject = uuidv7();
    const event = buildAuditEvent({ realm_id: uuidv7(), subject_id: subject });
    await log.append([entryOf(event)], []);
    const erase = (more: string) =>
      owner.query(
        `UPDATE audit.events SET personal = NULL, ip = NULL, personal_salt = NULL, erased_at = now() ${more} WHERE id = $1`,
        [event.id],
      );
    await expect(erase(`, outcome = 'failure'`)).rejects.toThrow(/append-only/);
    await expect(erase(`, event = '{}'`)).rejects.toThrow(/append-only/);
    await expect(erase('')).rejects.toThrow(/append-only/);
    await app.query(`SELECT audit.erase_personal_data($1, $2, 10, '00000000-0000-0000-0000-000000000000')`, [
      event.realm_id,
      subject,
    ]);
    await expect(erase('')).rejects.toThrow(/append-only/);
    const stored = await log.read([event.realm_id ?? ''], event.id);
    expect(stored === null ? null : wholeEvent(stored)).toEqual({
      ...event,
      ip: null,
      user_agent: null,
      erased_at: expect.any(String),
    });
    expect(await log.append([entryOf(event)], [])).toEqual({ appended: 0, duplicates: 1, conflicting: 0 });
  });

  it('tells content that the database refuses from a database that is away, and writes nothing of the batch', async () => {
    const good = buildAuditEvent();
    const bad = { ...entryOf(buildAuditEvent()), id: 'no uuid' };
    await expect(log.append([entryOf(good), bad], [])).rejects.toBeInstanceOf(UnstorableEntryError);
    expect(await app.query('SELECT id FROM audit.events WHERE id = $1', [good.id])).toEqual([]);

    const away = await open(database.url);
    await away.destroy();
    const append = new TypeOrmAuditLog(away, new EventAppender(new MerkleNumbering())).append([entryOf(good)], []);
    await expect(append).rejects.not.toBeInstanceOf(UnstorableEntryError);
  });

  it('stores the same events from many replicas at once exactly once', async () => {
    const realm = uuidv7();
    const events = Array.from({ length: 50 }, () => buildAuditEvent({ realm_id: realm }));
    const forth = events.map(entryOf);
    const back = forth.toReversed();
    const results = await Promise.all([forth, back, forth, back].map((batch) => log.append(batch, [])));
    expect(results.reduce((sum, { appended }) => sum + appended, 0)).toBe(50);
    expect(results.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(150);
    expect(results.every(({ conflicting }) => conflicting === 0)).toBe(true);
  });

  it('takes batches of many replicas over the same realms at once, without a deadlock, a loss or a wrong count', async () => {
    const realms = Array.from({ length: 8 }, () => uuidv7());
    const entries = Array.from({ length: 400 }, (_, n) =>
      entryOf(buildAuditEvent({ realm_id: realms[n % 8] ?? null })),
    );
    const shuffled = (): LogEntry[] =>
      entries
        .map((entry) => ({ entry, at: Math.random() }))
        .sort((a, b) => a.at - b.at)
        .map(({ entry }) => entry);
    // Each replica has its own part of the events, and some of the others' again.
    const batches = Array.from({ length: 12 }, () => shuffled().slice(0, 200));
    const results = await Promise.all([...batches, entries].map((batch) => log.append(batch, [])));
    expect(results.reduce((sum, { appended }) => sum + appended, 0)).toBe(400);
    expect(results.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(12 * 200);
    for (const table of ['event_counts', 'event_day_counts']) {
      const [counted] = await app.query<{ events: string }[]>(
        `SELECT sum(events) AS events FROM audit.${table} WHERE realm_id = ANY($1::uuid[])`,
        [realms],
      );
      expect(counted).toEqual({ events: '400' });
    }
  });

  it.each([
    ['no filter', {}, 'realm_id_id_idx'],
    ['type', { type: 'client.created' }, 'type_key_id_outcome_idx'],
    ['failures of a type', { type: 'client.authenticated', outcome: 'failure' }, 'type_key_id_idx'],
    ['failures', { outcome: 'failure' }, 'realm_id_id_idx1'],
    ['failures of an actor', { actorId: 'x', outcome: 'failure' }, 'actor_key_id_idx1'],
    ['failures of a client', { clientId: 'x', outcome: 'failure' }, 'client_key_id_idx1'],
    ['failures from an address', { ip: 'x', outcome: 'failure' }, 'ip_key_id_idx1'],
    ['actor', { actorId: 'x' }, 'actor_key_id_idx'],
    ['client', { clientId: 'x' }, 'client_key_id_idx'],
    ['subject', { subjectId: 'x' }, 'subject_key_id_idx'],
    ['ip', { ip: 'x' }, 'ip_key_id_idx'],
  ] as const)(
    'walks an index in list order, and in no class but the one asked for: %s',
    async (_name, filter, index) => {
      const { table, found, parameters } = searchCondition(
        { realmId: uuidv7(), retention: 'forever' },
        filter,
        uuidv7(),
      );
      await owner.transaction(async (manager) => {
        // Only in this transaction: with a handful of rows the planner would rather scan and sort.
        await manager.query(`SELECT set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true),
        set_config('enable_bitmapscan', 'off', true)`);
        const plan = JSON.stringify(
          await manager.query(`EXPLAIN SELECT * FROM ${table} WHERE ${found} ORDER BY id DESC LIMIT 51`, [
            ...parameters,
          ]),
        );
        expect(plan).toContain(index);
        expect(plan).not.toMatch(/-> {2}(Incremental )?Sort\b/);
      });
    },
  );

  it('can be migrated back', async () => {
    const other = await createTestDatabase();
    const data = await open(other.url);
    try {
      await runMigrations(data, auditDatabase);
      for (const _ of auditDatabase.migrations) await data.undoLastMigration({ transaction: 'all' });
      await runMigrations(data, auditDatabase);
      expect(await data.query('SELECT id FROM audit.events')).toEqual([]);
    } finally {
      await data.destroy();
      await other.drop();
    }
  });
});

function open(url: string): Promise<DataSource> {
  return createDataSource({ url, description: auditDatabase, applicationName: 'test', poolSize: 4 }).initialize();
}
