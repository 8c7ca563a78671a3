import { createOutboxTable, createSnapshotSequence, dropOutboxTable, dropSnapshotSequence } from '#database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Signing keys, the versions of their snapshots and the outbox of their audit events. */
export class CreateSigningKeys1767225600000 implements MigrationInterface {
  readonly name = 'CreateSigningKeys1767225600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE tokens.signing_keys (
        kid text NOT NULL,
        realm_id uuid NOT NULL,
        algorithm text NOT NULL,
        state text NOT NULL,
        public_jwk text NOT NULL,
        master_key_id text NOT NULL,
        wrapped_data_key text NOT NULL,
        ciphertext text NOT NULL,
        longest_lifetime_seconds integer NOT NULL,
        snapshot_version bigint NOT NULL,
        created_at timestamptz NOT NULL,
        retired_at timestamptz,
        published_until timestamptz,
        CONSTRAINT signing_keys_pkey PRIMARY KEY (kid),
        CONSTRAINT signing_keys_algorithm_check CHECK (algorithm IN ('ES256', 'RS256', 'EdDSA')),
        CONSTRAINT signing_keys_state_check CHECK (
          (state = 'active' AND retired_at IS NULL AND published_until IS NULL) OR
          (state = 'retired' AND retired_at IS NOT NULL AND published_until IS NOT NULL)
        )
      )`);
    // Exactly one wins, however many instances make a realm's key at once.
    await queryRunner.query(`
      CREATE UNIQUE INDEX signing_keys_one_active_idx ON tokens.signing_keys (realm_id, algorithm)
      WHERE state = 'active'`);
    await queryRunner.query(
      `CREATE INDEX signing_keys_realm_created_idx ON tokens.signing_keys (realm_id, created_at DESC, kid)`,
    );
    await queryRunner.query(`
      CREATE INDEX signing_keys_published_until_idx ON tokens.signing_keys (published_until)
      WHERE published_until IS NOT NULL`);
    await createSnapshotSequence(queryRunner, 'tokens');
    await createOutboxTable(queryRunner, 'tokens');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropOutboxTable(queryRunner, 'tokens');
    await dropSnapshotSequence(queryRunner, 'tokens');
    await queryRunner.query(`DROP TABLE tokens.signing_keys`);
  }
}
