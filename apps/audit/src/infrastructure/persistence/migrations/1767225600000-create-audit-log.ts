import { randomBytes } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { EVENT_GUARDS, PARTITIONS } from './event-partitions.sql.js';

/** Columns that events are found by through their hash. */
const KEYED = ['type', 'actor_id', 'client_id', 'subject_id', 'target_id', 'ip'] as const;
/** Those whose failures are looked for: few, so an index of their own costs little and finds them among any number of successes. */
const KEYED_FAILURES = ['type', 'actor_id', 'client_id', 'subject_id', 'ip'] as const;
const keyOf = (column: string): string => `${column.replace(/_id$/, '')}_key`;

/**
 * The log, its search indexes and the place for payloads that are no event.
 *
 * Ids are UUIDv7 of the event's time, so a list is in the order of ids and a period of time is a range of ids. Every index
 * of the search ends in the id and is read backwards: new entries then come at the end of their group, where a B-tree
 * splits its pages full. What events are found by stands in the indexes as a 64-bit hash over realm and value: narrow, and
 * compared as a number whatever the database's collation. Its seed is this database's secret, since anybody may send values.
 */
export class CreateAuditLog1767225600000 implements MigrationInterface {
  readonly name = 'CreateAuditLog1767225600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const seed = randomBytes(8).readBigInt64BE();
    await queryRunner.query(`
      CREATE FUNCTION audit.search_key(realm_id uuid, value text) RETURNS bigint
      LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT pg_catalog.uuid_hash_extended(realm_id, pg_catalog.hashtextextended(value, (${String(seed)})::bigint))
      $$`);
    await queryRunner.query(`
      CREATE TABLE audit.events (
        id uuid NOT NULL,
        realm_id uuid NOT NULL,
        leaf_index bigint,
        erased_at timestamptz,
        retention text NOT NULL,
        type text NOT NULL,
        outcome text NOT NULL,
        actor_id text,
        client_id text,
        subject_id text,
        target_id text,
        jti text,
        ip text,
        leaf_hash bytea,
        personal_hash bytea,
        personal_salt bytea,
        personal text,
        event text NOT NULL,
        ${KEYED.map((column) => `${keyOf(column)} bigint GENERATED ALWAYS AS (audit.search_key(realm_id, ${column})) STORED,`).join('\n        ')}
        CONSTRAINT events_pkey PRIMARY KEY (retention, id),
        CONSTRAINT events_outcome_check CHECK (outcome IN ('success', 'failure'))
      ) PARTITION BY LIST (retention)`);
    await queryRunner.query(`CREATE INDEX events_realm_idx ON audit.events (realm_id, id)`);
    await queryRunner.query(`CREATE INDEX events_failure_idx ON audit.events (realm_id, id) WHERE outcome = 'failure'`);
    for (const column of KEYED) {
      // Successes of a type are counted by the index alone.
      const included = column === 'type' ? 'INCLUDE (outcome)' : '';
      await queryRunner.query(
        `CREATE INDEX events_${keyOf(column)}_idx ON audit.events (${keyOf(column)}, id) ${included}
         WHERE ${keyOf(column)} IS NOT NULL`,
      );
    }
    for (const column of KEYED_FAILURES) {
      await queryRunner.query(
        `CREATE INDEX events_${keyOf(column)}_failure_idx ON audit.events (${keyOf(column)}, id)
         WHERE outcome = 'failure' AND ${keyOf(column)} IS NOT NULL`,
      );
    }
    // A token has few events, so their order needs no help; its id carries its time, so it comes at the index's end.
    await queryRunner.query(`CREATE INDEX events_jti_idx ON audit.events (jti) WHERE jti IS NOT NULL`);
    await queryRunner.query(`
      CREATE TABLE audit.poison (
        digest text NOT NULL,
        payload bytea NOT NULL,
        error text NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT poison_pkey PRIMARY KEY (digest)
      )`);
    await queryRunner.query(`CREATE INDEX poison_received_at_idx ON audit.poison (received_at DESC, digest)`);
    await queryRunner.query(`
      CREATE TABLE audit.retention_policies (
        realm_id uuid NOT NULL,
        version integer NOT NULL,
        retention text NOT NULL,
        effective_from date NOT NULL,
        decided_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT retention_policies_pkey PRIMARY KEY (realm_id, version),
        CONSTRAINT retention_policies_retention_check
          CHECK (retention IN ('30d', '90d', '1y', '3y', '7y', 'forever')),
        CONSTRAINT retention_policies_effective_from_check
          CHECK (effective_from > (decided_at AT TIME ZONE 'UTC')::date)
      )`);
    for (const statement of [...EVENT_GUARDS, ...PARTITIONS]) await queryRunner.query(statement);
    // Privileges keep the service's role from changing the log; these keep everybody else from doing it by mistake.
    for (const table of ['poison', 'retention_policies']) {
      await queryRunner.query(`
        CREATE TRIGGER ${table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.${table}
        FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()`);
    }
    await queryRunner.query(`SELECT audit.ensure_partitions()`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['retention_policies', 'poison', 'events']) {
      await queryRunner.query(`DROP TABLE audit.${table}`);
    }
    for (const name of [
      'ensure_partitions()',
      'ensure_partitions_of(text)',
      'guard_event()',
      'refuse_change()',
      'is_expired(text, uuid)',
      'retention_age(text)',
      'partition_unit(text)',
      'first_id_at(timestamp)',
      'time_of_id(uuid)',
      'search_key(uuid, text)',
    ]) {
      await queryRunner.query(`DROP FUNCTION audit.${name}`);
    }
  }
}
