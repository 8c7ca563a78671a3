import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables of the trees; rows are added, never changed. */
const TABLES = ['tree_growth', 'tree_nodes', 'checkpoints', 'checkpoint_keys'] as const;

/** The Merkle trees over the log, their signed checkpoints and the keys that sign those. */
export class CreateLogTrees1767225600003 implements MigrationInterface {
  readonly name = 'CreateLogTrees1767225600003';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const column of ['leaf_index', 'leaf_hash', 'personal_hash']) {
      await queryRunner.query(`ALTER TABLE audit.events ALTER COLUMN ${column} SET NOT NULL`);
    }
    await queryRunner.query(`CREATE INDEX events_leaf_idx ON audit.events (realm_id, leaf_index)`);
    // One row for each batch of a realm's entries: the hashes of their leaves, and the right edge of the tree with them.
    await queryRunner.query(`
      CREATE TABLE audit.tree_growth (
        realm_id uuid NOT NULL,
        first_index bigint NOT NULL,
        size bigint NOT NULL,
        added_at timestamptz NOT NULL DEFAULT now(),
        right_edge bytea NOT NULL,
        leaf_hashes bytea NOT NULL,
        CONSTRAINT tree_growth_pkey PRIMARY KEY (realm_id, first_index),
        CONSTRAINT tree_growth_leaves_check
          CHECK (first_index >= 0 AND size > first_index AND octet_length(leaf_hashes) = 32 * (size - first_index))
      )`);
    // Hashes are random: trying to compress them is time lost.
    await queryRunner.query(`ALTER TABLE audit.tree_growth ALTER COLUMN leaf_hashes SET STORAGE EXTERNAL`);
    await queryRunner.query(`
      CREATE TABLE audit.tree_nodes (
        realm_id uuid NOT NULL,
        level smallint NOT NULL,
        node_index bigint NOT NULL,
        hash bytea NOT NULL,
        CONSTRAINT tree_nodes_pkey PRIMARY KEY (realm_id, level, node_index),
        CONSTRAINT tree_nodes_hash_check CHECK (octet_length(hash) = 32)
      )`);
    await queryRunner.query(`
      CREATE TABLE audit.checkpoints (
        realm_id uuid NOT NULL,
        size bigint NOT NULL,
        signed_at timestamptz NOT NULL DEFAULT now(),
        root_hash bytea NOT NULL,
        note text NOT NULL,
        CONSTRAINT checkpoints_pkey PRIMARY KEY (realm_id, size),
        CONSTRAINT checkpoints_root_hash_check CHECK (octet_length(root_hash) = 32)
      )`);
    await queryRunner.query(`
      CREATE TABLE audit.checkpoint_keys (
        realm_id uuid NOT NULL,
        public_key bytea NOT NULL,
        master_key_id text NOT NULL,
        wrapped_data_key text NOT NULL,
        ciphertext text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT checkpoint_keys_pkey PRIMARY KEY (realm_id),
        CONSTRAINT checkpoint_keys_public_key_check CHECK (octet_length(public_key) = 32)
      )`);
    for (const table of TABLES) {
      await queryRunner.query(`
        CREATE TRIGGER ${table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.${table}
        FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES) await queryRunner.query(`DROP TABLE audit.${table}`);
    await queryRunner.query(`DROP INDEX audit.events_leaf_idx`);
    for (const column of ['leaf_index', 'leaf_hash', 'personal_hash']) {
      await queryRunner.query(`ALTER TABLE audit.events ALTER COLUMN ${column} DROP NOT NULL`);
    }
  }
}
