import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { auditServerDatabase, type AuditTestDatabase } from '../../testing/audit-databases.js';
import { buildAuditEvent, entryOf } from '../../testing/build-audit-event.js';
import { EventAppender } from './event-appender.js';
import { MerkleNumbering } from './merkle-numbering.js';
import { TypeOrmAuditLog } from './typeorm-audit-log.js';

const YOUNG = 'events_30d_young';

describe('the role of the running service', () => {
  let database: AuditTestDatabase;
  let ownerRole: string;
  const realm = uuidv7();
  const event = buildAuditEvent({ realm_id: realm, time: new Date(Date.now() - 86_400_000).toISOString() });

  beforeAll(async () => {
    database = await auditServerDatabase();
    const [row] = await database.owner.query<{ name: string }[]>('SELECT current_user AS name');
    ownerRole = row?.name ?? '';
    await new TypeOrmAuditLog(database.app, new EventAppender(new MerkleNumbering())).append([entryOf(event)], []);
    await database.owner.query(
      `INSERT INTO audit.retention_policies (realm_id, version, retention, effective_from)
       VALUES ($1, 1, '30d', (now() AT TIME ZONE 'UTC')::date + 1)`,
      [realm],
    );
    await database.owner.query('SELECT audit.ensure_partitions()');
    // A day that has not expired by far, on which an attacker would like to lay hands.
    await database.owner.query(
      `CREATE TABLE audit.${YOUNG} PARTITION OF audit.events_30d
       FOR VALUES FROM (audit.first_id_at(now() AT TIME ZONE 'UTC' - interval '29 days'))
       TO (audit.first_id_at(now() AT TIME ZONE 'UTC' - interval '28 days'))`,
    );
  }, 60_000);

  afterAll(async () => {
    await database.remove();
  });

  const tables = async (): Promise<readonly string[]> => {
    const rows = await database.owner.query<{ name: string }[]>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'audit'::regnamespace AND relkind IN ('r', 'p')
          AND relname ~ '^(events|poison|retention_policies|tree_|checkpoint)' ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  };

  it('may add and read, and nothing else, on every table and partition', async () => {
    const names = await tables();
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) {
      const [rights] = await database.owner.query<Record<string, boolean>[]>(
        `SELECT has_table_privilege($1, $2, 'SELECT') AS may_select, has_table_privilege($1, $2, 'INSERT') AS may_insert,
                has_table_privilege($1, $2, 'UPDATE') OR has_any_column_privilege($1, $2, 'UPDATE') AS may_update,
                has_table_privilege($1, $2, 'DELETE') AS may_delete, has_table_privilege($1, $2, 'TRUNCATE') AS may_truncate,
                has_table_privilege($1, $2, 'TRIGGER') AS may_trigger`,
        [String(new URL(String((database.app.options as { url?: string }).url)).username), `audit."${name}"`],
      );
      expect({ name, ...rights }).toEqual({
        name,
        may_select: true,
        may_insert: true,
        may_update: false,
        may_delete: false,
        may_truncate: false,
        may_trigger: false,
      });
    }
  });

  it.each(['dropped_ranges', 'event_counts', 'event_day_counts', 'migrations'])(
    'may only read %s, which is written by functions of the owner or the owner',
    async (table) => {
      const [rights] = await database.owner.query<Record<string, boolean>[]>(
        `SELECT has_table_privilege($1, $2, 'SELECT') AS may_select,
                has_table_privilege($1, $2, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES')
                  OR has_any_column_privilege($1, $2, 'INSERT, UPDATE') AS may_change`,
        [String(new URL(String((database.app.options as { url?: string }).url)).username), `audit.${table}`],
      );
      expect(rights).toEqual({ may_select: true, may_change: false });
    },
  );

  const FORBIDDEN: readonly [string, string][] = [
    ['change an event', `UPDATE audit.events SET outcome = 'failure'`],
    ['change an event in its partition', `UPDATE audit.events_forever_other SET outcome = 'failure'`],
    ['erase by hand', `UPDATE audit.events SET personal = NULL, erased_at = now()`],
    [
      'erase by hand in a partition',
      `UPDATE audit.events_forever_other SET personal = NULL, personal_salt = NULL, ip = NULL, erased_at = now()`,
    ],
    [
      'replace what erases',
      `CREATE OR REPLACE FUNCTION audit.erase_personal_data(realm uuid, subject uuid, most integer, after uuid)
       RETURNS TABLE (events bigint, first_id uuid, last_id uuid) LANGUAGE sql AS 'SELECT 0::bigint, NULL::uuid, NULL::uuid'`,
    ],
    [
      'overwrite',
      `INSERT INTO audit.events (retention, id, realm_id, type, outcome, event) SELECT retention, id, realm_id, type, outcome, event FROM audit.events ON CONFLICT (retention, id) DO UPDATE SET event = ''`,
    ],
    ['remove events', `DELETE FROM audit.events`],
    ['remove events of a partition', `DELETE FROM audit.${YOUNG}`],
    ['empty', `TRUNCATE audit.events`],
    ['empty a partition', `TRUNCATE audit.${YOUNG}`],
    ['drop', `DROP TABLE audit.events`],
    ['drop a partition', `DROP TABLE audit.${YOUNG}`],
    ['detach a partition', `ALTER TABLE audit.events_30d DETACH PARTITION audit.${YOUNG}`],
    ['alter', `ALTER TABLE audit.events ALTER COLUMN event DROP NOT NULL`],
    ['disable the guard', `ALTER TABLE audit.events DISABLE TRIGGER events_append_only`],
    ['switch triggers off', `SET session_replication_role = replica`],
    ['lock out the others', `DO $$ BEGIN LOCK TABLE audit.events IN ACCESS EXCLUSIVE MODE; END $$`],
    [
      'replace what decides',
      `CREATE OR REPLACE FUNCTION audit.is_expired(text, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT true'`,
    ],
    ['make a table in the schema', `CREATE TABLE audit.expired_30d_mine (id uuid)`],
    ['call the inner steps', `SELECT audit.ensure_partitions_of('1y')`],
    [
      'tell of a drop that never was',
      `INSERT INTO audit.dropped_ranges (realm_id, partition, number, retention, first_id, last_id, events, first_leaf, last_leaf)
       VALUES (gen_random_uuid(), 'x', 1, '30d', gen_random_uuid(), gen_random_uuid(), 1, 0, 0)`,
    ],
    [
      'count less than there was',
      `INSERT INTO audit.event_counts (realm_id, hour, retention, type, outcome, events)
       VALUES (gen_random_uuid(), now(), 'forever', 'x', 'success', -1)`,
    ],
    [
      'keep a migration from running',
      `INSERT INTO audit.migrations (timestamp, name) VALUES (9999999999999, 'Late9999999999999')`,
    ],
    ['rewrite a decision', `UPDATE audit.retention_policies SET retention = '30d'`],
    ['forget what was dropped', `DELETE FROM audit.dropped_ranges`],
    ['drop the schema', `DROP SCHEMA audit CASCADE`],
  ];

  it.each(FORBIDDEN)('may not %s', async (_name, statement) => {
    await expect(database.app.query(statement)).rejects.toThrow(
      /permission denied|must be owner|must be able to SET ROLE/,
    );
    expect(await tables()).toContain(YOUNG);
  });

  it('may not become the owner', async () => {
    await expect(database.app.query(`SET ROLE ${ownerRole}`)).rejects.toThrow(/permission denied/);
    await expect(database.app.query(`ALTER TABLE audit.events OWNER TO CURRENT_USER`)).rejects.toThrow(/must be owner/);
  });

  it('may not decide for days that have begun, whatever it says of the time', async () => {
    for (const decidedAt of [`'2020-01-01'`, 'now()']) {
      await expect(
        database.app.query(
          `INSERT INTO audit.retention_policies (realm_id, version, retention, effective_from, decided_at)
           VALUES ($1, 2, '30d', (now() AT TIME ZONE 'UTC')::date, ${decidedAt})`,
          [realm],
        ),
      ).rejects.toThrow(/retention_policies_effective_from_check/);
    }
  });

  it('gets nothing dropped that is younger than its class, by any setting of its session', async () => {
    const session = database.app.createQueryRunner();
    try {
      for (const setting of [
        `SELECT set_config('TimeZone', 'Pacific/Kiritimati', false)`,
        `SELECT set_config('TimeZone', 'UTC-167', false)`,
        `SELECT set_config('DateStyle', 'German, DMY', false)`,
        `SELECT set_config('IntervalStyle', 'sql_standard', false)`,
        `SELECT set_config('standard_conforming_strings', 'off', false)`,
        `SELECT set_config('search_path', 'pg_temp, audit, pg_catalog', false)`,
        `CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT timestamptz ''2100-01-01'''`,
        `CREATE FUNCTION pg_temp.is_expired(text, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT true'`,
        `CREATE FUNCTION pg_temp.time_of_id(uuid) RETURNS timestamptz LANGUAGE sql AS 'SELECT timestamptz ''1970-01-01'''`,
        `CREATE TEMPORARY TABLE pg_class AS SELECT * FROM pg_catalog.pg_class`,
        `CREATE TEMPORARY TABLE pg_inherits AS SELECT * FROM pg_catalog.pg_inherits`,
      ]) {
        // Without the right to make temporary objects the attack ends here, which is as good.
        await session.query(setting).catch(() => {});
        await session.query('SELECT audit.retire_expired_partitions()');
        await session.query(`SELECT * FROM audit.drop_retired_partition('${YOUNG}')`);
        await session.query(`SELECT * FROM audit.drop_retired_partition('events')`);
        expect(await tables()).toContain(YOUNG);
      }
    } finally {
      await session.query('DISCARD ALL').catch(() => {});
      await session.release();
    }
    const [row] = await database.owner.query<{ attached: boolean }[]>(
      `SELECT relispartition AS attached FROM pg_catalog.pg_class WHERE relname = $1`,
      [YOUNG],
    );
    expect(row).toEqual({ attached: true });
    expect(await database.owner.query('SELECT id FROM audit.events WHERE id = $1', [event.id])).toHaveLength(1);
  });

  it('gets partitions dropped that have expired, so that the refusals above mean something', async () => {
    await database.owner.query(
      `CREATE TABLE audit.events_30d_old PARTITION OF audit.events_30d
       FOR VALUES FROM (audit.first_id_at(now() AT TIME ZONE 'UTC' - interval '33 days'))
       TO (audit.first_id_at(now() AT TIME ZONE 'UTC' - interval '31 days'))`,
    );
    await database.app.query('SELECT audit.retire_expired_partitions()');
    expect(await database.app.query('SELECT audit.retired_partitions() AS name')).toEqual([
      { name: 'expired_30d_old' },
    ]);
    await expect(
      database.app.query(`INSERT INTO audit.expired_30d_old (retention, id) VALUES ('30d', '${uuidv7()}')`),
    ).rejects.toThrow(/permission denied/);
    await database.app.query(`SELECT * FROM audit.drop_retired_partition('expired_30d_old')`);
    expect(await database.app.query('SELECT audit.retired_partitions() AS name')).toEqual([]);
  });
});
