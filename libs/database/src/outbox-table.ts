import type { QueryRunner } from 'typeorm';
import type { ServiceName } from '#contracts';

/** For migrations: creates `<schema>.outbox`, which `TypeOrmOutbox` writes and empties. */
export async function createOutboxTable(queryRunner: QueryRunner, schema: ServiceName): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE ${schema}.outbox (
      id uuid NOT NULL,
      kind text NOT NULL,
      subject text NOT NULL,
      payload text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      attempts integer NOT NULL DEFAULT 0,
      next_attempt_at timestamptz NOT NULL DEFAULT now(),
      claimed_by uuid NULL,
      claimed_until timestamptz NULL,
      CONSTRAINT outbox_pkey PRIMARY KEY (id),
      CONSTRAINT outbox_kind_check CHECK (kind IN ('event', 'call'))
    )`);
  await queryRunner.query(`CREATE INDEX outbox_kind_id_idx ON ${schema}.outbox (kind, id)`);
}

/** For a migration's `down`. */
export async function dropOutboxTable(queryRunner: QueryRunner, schema: ServiceName): Promise<void> {
  await queryRunner.query(`DROP TABLE ${schema}.outbox`);
}
