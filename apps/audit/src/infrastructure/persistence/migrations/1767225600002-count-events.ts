import type { MigrationInterface, QueryRunner } from 'typeorm';
import { PINNED } from './event-partitions.sql.js';
import { leaveToOwner } from './owners-tables.sql.js';

/**
 * How many events of which type and outcome a realm has in each hour, and in each day of UTC, for charts: derived from the log, and no part of it. The
 * service's role adds to the counts through a function, since it may change no row by itself.
 */
export class CountEvents1767225600002 implements MigrationInterface {
  readonly name = 'CountEvents1767225600002';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE audit.event_counts (
        realm_id uuid NOT NULL,
        hour timestamptz NOT NULL,
        retention text NOT NULL,
        type text NOT NULL,
        outcome text NOT NULL,
        events bigint NOT NULL,
        CONSTRAINT event_counts_pkey PRIMARY KEY (realm_id, hour, retention, type, outcome)
      ) WITH (fillfactor = 70)`);
    // A year of hours is more than a chart can wait for.
    await queryRunner.query(`
      CREATE TABLE audit.event_day_counts (
        realm_id uuid NOT NULL,
        day timestamptz NOT NULL,
        retention text NOT NULL,
        type text NOT NULL,
        outcome text NOT NULL,
        events bigint NOT NULL,
        CONSTRAINT event_day_counts_pkey PRIMARY KEY (realm_id, day, retention, type, outcome)
      ) WITH (fillfactor = 70)`);
    for (const table of ['event_counts', 'event_day_counts']) await leaveToOwner(queryRunner, table);
    await queryRunner.query(`
      CREATE FUNCTION audit.count_events(
        realm_ids uuid[], hours timestamptz[], retentions text[], types text[], outcomes text[], counts bigint[])
      RETURNS void LANGUAGE sql SECURITY DEFINER ${PINNED} AS $$
        INSERT INTO audit.event_counts AS c (realm_id, hour, retention, type, outcome, events)
        SELECT n.realm_id, n.hour, n.retention, n.type, n.outcome, n.events
          FROM unnest(realm_ids, hours, retentions, types, outcomes, counts)
            AS n (realm_id, hour, retention, type, outcome, events)
         WHERE n.events > 0
        ON CONFLICT (realm_id, hour, retention, type, outcome) DO UPDATE SET events = c.events + excluded.events;
        INSERT INTO audit.event_day_counts AS c (realm_id, day, retention, type, outcome, events)
        SELECT n.realm_id, date_trunc('day', n.hour), n.retention, n.type, n.outcome, sum(n.events)
          FROM unnest(realm_ids, hours, retentions, types, outcomes, counts)
            AS n (realm_id, hour, retention, type, outcome, events)
         WHERE n.events > 0 GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
        ON CONFLICT (realm_id, day, retention, type, outcome) DO UPDATE SET events = c.events + excluded.events
      $$`);
    await queryRunner.query(`
      CREATE FUNCTION audit.uncount_events(name text) RETURNS void LANGUAGE plpgsql ${PINNED} AS $$
      BEGIN
        EXECUTE format(
          'WITH gone AS (
             SELECT realm_id, date_trunc(''hour'', audit.time_of_id(id)) AS hour, retention, type, outcome, count(*) AS events
               FROM audit.%I GROUP BY 1, 2, 3, 4, 5)
           UPDATE audit.event_counts AS c SET events = greatest(c.events - gone.events, 0) FROM gone
            WHERE (c.realm_id, c.hour, c.retention, c.type, c.outcome)
                = (gone.realm_id, gone.hour, gone.retention, gone.type, gone.outcome)', name);
        EXECUTE format(
          'WITH gone AS (
             SELECT realm_id, date_trunc(''day'', audit.time_of_id(id)) AS day, retention, type, outcome, count(*) AS events
               FROM audit.%I GROUP BY 1, 2, 3, 4, 5)
           UPDATE audit.event_day_counts AS c SET events = greatest(c.events - gone.events, 0) FROM gone
            WHERE (c.realm_id, c.day, c.retention, c.type, c.outcome)
                = (gone.realm_id, gone.day, gone.retention, gone.type, gone.outcome)', name);
        DELETE FROM audit.event_counts WHERE events = 0;
        DELETE FROM audit.event_day_counts WHERE events = 0;
      END $$`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP FUNCTION audit.uncount_events(text)`);
    await queryRunner.query(
      `DROP FUNCTION audit.count_events(uuid[], timestamptz[], text[], text[], text[], bigint[])`,
    );
    await queryRunner.query(`DROP TABLE audit.event_day_counts`);
    await queryRunner.query(`DROP TABLE audit.event_counts`);
  }
}
