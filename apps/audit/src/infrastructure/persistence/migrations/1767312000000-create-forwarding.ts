import { createKeptAnswersTable, createOutboxTable, dropKeptAnswersTable, dropOutboxTable } from '#database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables of the service that are no log: rows of them change and go. */
const CHANGING = [
  'webhooks',
  'webhook_deliveries',
  'forward_sinks',
  'forward_positions',
  'outbox',
  'kept_answers',
] as const;

/** Receivers of the log, how far each has come in it, and what has not arrived. */
export class CreateForwarding1767312000000 implements MigrationInterface {
  readonly name = 'CreateForwarding1767312000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE audit.webhooks (
        id uuid NOT NULL,
        realm_id uuid NOT NULL,
        realm_name text NOT NULL,
        url text NOT NULL,
        description text NULL,
        event_types text[] NULL,
        enabled boolean NOT NULL,
        master_key_id text NOT NULL,
        wrapped_data_key text NOT NULL,
        secret_ciphertext text NOT NULL,
        former_master_key_id text NULL,
        former_wrapped_data_key text NULL,
        former_secret_ciphertext text NULL,
        former_until timestamptz NULL,
        failing_since timestamptz NULL,
        last_delivered_at timestamptz NULL,
        last_error text NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT webhooks_pkey PRIMARY KEY (id),
        CONSTRAINT webhooks_former_check CHECK (
          num_nulls(former_master_key_id, former_wrapped_data_key, former_secret_ciphertext, former_until) IN (0, 4))
      )`);
    await queryRunner.query(`CREATE INDEX webhooks_realm_idx ON audit.webhooks (realm_id, id)`);
    await queryRunner.query(`
      CREATE TABLE audit.webhook_deliveries (
        id uuid NOT NULL,
        webhook_id uuid NOT NULL,
        event_id uuid NOT NULL,
        event_type text NOT NULL,
        status text NOT NULL,
        attempts integer NOT NULL,
        last_error text NULL,
        first_attempt_at timestamptz NOT NULL,
        last_attempt_at timestamptz NOT NULL,
        next_attempt_at timestamptz NULL,
        CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id),
        CONSTRAINT webhook_deliveries_webhook_fkey FOREIGN KEY (webhook_id) REFERENCES audit.webhooks (id)
          ON DELETE CASCADE,
        CONSTRAINT webhook_deliveries_event_key UNIQUE (webhook_id, event_id),
        CONSTRAINT webhook_deliveries_status_check CHECK (status IN ('pending', 'dead')),
        CONSTRAINT webhook_deliveries_next_check CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL))
      )`);
    await queryRunner.query(
      `CREATE INDEX webhook_deliveries_list_idx ON audit.webhook_deliveries (webhook_id, status, id)`,
    );
    await queryRunner.query(
      `CREATE INDEX webhook_deliveries_due_idx ON audit.webhook_deliveries (webhook_id, next_attempt_at)
       WHERE status = 'pending'`,
    );
    await queryRunner.query(`
      CREATE TABLE audit.forward_sinks (
        sink text NOT NULL,
        lease_holder uuid NULL,
        lease_until timestamptz NULL,
        started_at timestamptz NULL,
        CONSTRAINT forward_sinks_pkey PRIMARY KEY (sink)
      )`);
    await queryRunner.query(`
      CREATE TABLE audit.forward_positions (
        sink text NOT NULL,
        realm_id uuid NOT NULL,
        next_index bigint NOT NULL,
        CONSTRAINT forward_positions_pkey PRIMARY KEY (sink, realm_id)
      )`);
    await createOutboxTable(queryRunner, 'audit');
    await createKeptAnswersTable(queryRunner, 'audit');
    // The service's role may add to the log and no more; these tables are not the log. Its name is the operator's choice.
    await queryRunner.query(`
      DO $$
      DECLARE
        name name;
        changing text;
      BEGIN
        FOR name IN
          SELECT DISTINCT grantee FROM information_schema.role_table_grants
          WHERE table_schema = 'audit' AND table_name = 'webhooks' AND privilege_type = 'INSERT'
            AND grantee <> current_user AND grantee <> 'PUBLIC'
        LOOP
          FOREACH changing IN ARRAY ARRAY['${CHANGING.join(`', '`)}'] LOOP
            EXECUTE format('GRANT UPDATE, DELETE ON audit.%I TO %I', changing, name);
          END LOOP;
        END LOOP;
      END $$`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropKeptAnswersTable(queryRunner, 'audit');
    await dropOutboxTable(queryRunner, 'audit');
    for (const table of ['forward_positions', 'forward_sinks', 'webhook_deliveries', 'webhooks']) {
      await queryRunner.query(`DROP TABLE audit.${table}`);
    }
  }
}
