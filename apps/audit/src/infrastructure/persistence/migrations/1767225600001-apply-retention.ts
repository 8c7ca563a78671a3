import type { MigrationInterface, QueryRunner } from 'typeorm';
import { leaveToOwner } from './owners-tables.sql.js';
import { DROPPING, POLICY_CLOCK } from './retention.sql.js';

/**
 * What makes a policy happen: expired partitions leave the log by functions of the owner, which alone decide what has
 * expired, and what went is written down for ever.
 */
export class ApplyRetention1767225600001 implements MigrationInterface {
  readonly name = 'ApplyRetention1767225600001';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE audit.dropped_ranges (
        realm_id uuid NOT NULL,
        partition text NOT NULL,
        number integer NOT NULL,
        retention text NOT NULL,
        first_id uuid NOT NULL,
        last_id uuid NOT NULL,
        events bigint NOT NULL,
        first_leaf bigint,
        last_leaf bigint,
        dropped_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT dropped_ranges_pkey PRIMARY KEY (realm_id, partition, number)
      )`);
    await leaveToOwner(queryRunner, 'dropped_ranges');
    await queryRunner.query(`CREATE INDEX dropped_ranges_leaf_idx ON audit.dropped_ranges (realm_id, first_leaf)`);
    await queryRunner.query(`
      CREATE TRIGGER dropped_ranges_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.dropped_ranges
      FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()`);
    for (const statement of [...POLICY_CLOCK, ...DROPPING]) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TRIGGER retention_policies_clock ON audit.retention_policies`);
    for (const name of [
      'decided_now()',
      'retire_expired_partitions()',
      'has_expired_others(text)',
      'close_to_all(text)',
      'drop_retired_partition(text)',
      'retired_partitions()',
    ]) {
      await queryRunner.query(`DROP FUNCTION audit.${name}`);
    }
    await queryRunner.query(`DROP TABLE audit.dropped_ranges`);
  }
}
