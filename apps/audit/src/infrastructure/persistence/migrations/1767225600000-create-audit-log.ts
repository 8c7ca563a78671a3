import type { MigrationInterface, QueryRunner } from 'typeorm';
import { EVENT_GUARDS, PARTITIONS } from './event-partitions.sql.js';

/**
 * The log, its search indexes and the place for payloads that are no event.
 *
 * Ids are UUIDv7 of the event's time, so a list is in the order of ids and a period of time is a range of ids. Every index
 * of the search ends in the id and is read backwards: new entries then come at the end of their group, where a B-tree
 * splits its pages full. Search keys that are often absent have partial indexes.
 */
export class CreateAuditLog1767225600000 implements MigrationInterface {
  readonly name = 'CreateAuditLog1767225600000';

  async up(queryRunner: QueryRunner): Promise<void> {
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
        jti text,
        ip text,
        leaf_hash bytea,
        personal_hash bytea,
        personal_salt bytea,
        personal text,
        event text NOT NULL,
        CONSTRAINT events_pkey PRIMARY KEY (retention, id),
        CONSTRAINT events_outcome_check CHECK (outcome IN ('success', 'failure'))
      ) PARTITION BY LIST (retention)`);
    await queryRunner.query(`CREATE INDEX events_realm_idx ON audit.events (realm_id, id)`);
    await queryRunner.query(`CREATE INDEX events_type_idx ON audit.events (realm_id, type, id)`);
    await queryRunner.query(`CREATE INDEX events_failure_idx ON audit.events (realm_id, id) WHERE outcome = 'failure'`);
    for (const key of ['actor_id', 'client_id', 'subject_id', 'ip']) {
      await queryRunner.query(
        `CREATE INDEX events_${key}_idx ON audit.events (realm_id, ${key}, id) WHERE ${key} IS NOT NULL`,
      );
    }
    // A token has few events, so their order needs no help.
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
    ]) {
      await queryRunner.query(`DROP FUNCTION audit.${name}`);
    }
  }
}
