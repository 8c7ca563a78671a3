import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The log, its search indexes and the place for payloads that are no event. Every index ends in the order of the list, so
 * that a page is a walk along one index. Search keys that are often absent have partial indexes.
 */
export class CreateAuditLog1767225600000 implements MigrationInterface {
  readonly name = 'CreateAuditLog1767225600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE audit.events (
        id uuid NOT NULL,
        realm_id uuid NOT NULL,
        time timestamptz NOT NULL,
        type text NOT NULL,
        outcome text NOT NULL,
        actor_id text,
        client_id text,
        subject_id text,
        jti text,
        ip text,
        event text NOT NULL,
        CONSTRAINT events_pkey PRIMARY KEY (id),
        CONSTRAINT events_outcome_check CHECK (outcome IN ('success', 'failure'))
      )`);
    await queryRunner.query(`CREATE INDEX events_realm_time_idx ON audit.events (realm_id, time DESC, id DESC)`);
    await queryRunner.query(`CREATE INDEX events_realm_type_idx ON audit.events (realm_id, type, time DESC, id DESC)`);
    await queryRunner.query(
      `CREATE INDEX events_realm_failure_idx ON audit.events (realm_id, time DESC, id DESC) WHERE outcome = 'failure'`,
    );
    for (const key of ['actor_id', 'client_id', 'subject_id', 'jti', 'ip']) {
      await queryRunner.query(
        `CREATE INDEX events_realm_${key}_idx ON audit.events (realm_id, ${key}, time DESC, id DESC)
         WHERE ${key} IS NOT NULL`,
      );
    }
    await queryRunner.query(`
      CREATE TABLE audit.poison (
        digest text NOT NULL,
        payload bytea NOT NULL,
        error text NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT poison_pkey PRIMARY KEY (digest)
      )`);
    await queryRunner.query(`CREATE INDEX poison_received_at_idx ON audit.poison (received_at DESC, digest)`);
    // Privileges keep the service's role from changing the log; these keep everybody else from doing it by mistake.
    await queryRunner.query(`
      CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'audit.% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
      END $$`);
    for (const table of ['events', 'poison']) {
      await queryRunner.query(`
        CREATE TRIGGER ${table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.${table}
        FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE audit.poison`);
    await queryRunner.query(`DROP TABLE audit.events`);
    await queryRunner.query(`DROP FUNCTION audit.refuse_change()`);
  }
}
