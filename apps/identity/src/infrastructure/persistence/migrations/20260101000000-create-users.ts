import {
  createKeptAnswersTable,
  createOutboxTable,
  createSnapshotSequence,
  dropKeptAnswersTable,
  dropOutboxTable,
  dropSnapshotSequence,
} from '#database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Users, credentials, and the versions of removed users. */
export class CreateUsers20260101000000 implements MigrationInterface {
  readonly name = 'CreateUsers20260101000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createSnapshotSequence(queryRunner, 'identity');
    await createOutboxTable(queryRunner, 'identity');
    await createKeptAnswersTable(queryRunner, 'identity');
    await queryRunner.query(`
      CREATE TABLE identity.users (
        id uuid NOT NULL,
        realm_id uuid NOT NULL,
        realm_name text NOT NULL,
        client_id uuid,
        username text NOT NULL,
        username_key text COLLATE "C" NOT NULL,
        email text,
        email_verified boolean NOT NULL,
        firstname text,
        lastname text,
        -- What searches look through, folded by the application, and a number for each piece of up to three letters of the realm.
        search_text text COLLATE "C" NOT NULL,
        search_keys integer[] NOT NULL,
        enabled boolean NOT NULL,
        required_actions text[] NOT NULL,
        has_password boolean NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT users_pkey PRIMARY KEY (id),
        CONSTRAINT users_realm_key UNIQUE (realm_id, id),
        -- The prefix is reserved for service accounts, so the two kinds never meet in a name.
        CONSTRAINT users_prefix_check CHECK ((client_id IS NOT NULL) = starts_with(username_key, 'service-account-'))
      )`);
    await queryRunner.query(
      `CREATE UNIQUE INDEX users_username_key ON identity.users (realm_id, username_key) WHERE client_id IS NULL`,
    );
    // A service account is its client's. Its name follows the client's, which the registry keeps unique: here it may be
    // that of a client deleted a moment ago whose account is still to be removed.
    await queryRunner.query(
      `CREATE UNIQUE INDEX users_client_key ON identity.users (realm_id, client_id) WHERE client_id IS NOT NULL`,
    );
    await queryRunner.query(`CREATE INDEX users_username_idx ON identity.users (realm_id, username_key, id)`);
    await queryRunner.query(
      `CREATE INDEX users_search_keys_idx ON identity.users USING gin (search_keys) WITH (gin_pending_list_limit = 1024)`,
    );
    // As lists compare it: folded by the database's own locale, but in an order that no update of the locale changes.
    await queryRunner.query(
      `CREATE INDEX users_email_idx ON identity.users
        (realm_id, (lower(email COLLATE pg_catalog."default") COLLATE "C"), username_key, id)`,
    );
    await queryRunner.query(`CREATE INDEX users_created_at_idx ON identity.users (realm_id, created_at, id)`);
    await queryRunner.query(`
      CREATE TABLE identity.credentials (
        realm_id uuid NOT NULL,
        user_id uuid NOT NULL,
        type text NOT NULL,
        secret text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT credentials_pkey PRIMARY KEY (realm_id, user_id, type),
        CONSTRAINT credentials_user_fkey FOREIGN KEY (realm_id, user_id)
          REFERENCES identity.users (realm_id, id) ON DELETE CASCADE,
        CONSTRAINT credentials_type_check CHECK (type IN ('password')),
        -- Nothing but a hash can ever be at rest.
        CONSTRAINT credentials_secret_check CHECK (starts_with(secret, '$argon2id$'))
      )`);
    await queryRunner.query(`
      CREATE TABLE identity.removed_users (
        realm_id uuid NOT NULL,
        user_id uuid NOT NULL,
        client_id uuid,
        version bigint NOT NULL,
        CONSTRAINT removed_users_pkey PRIMARY KEY (realm_id, user_id)
      )`);
    await queryRunner.query(
      `CREATE INDEX removed_users_client_idx ON identity.removed_users (realm_id, client_id, version DESC)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['removed_users', 'credentials', 'users']) {
      await queryRunner.query(`DROP TABLE identity.${table}`);
    }
    await dropKeptAnswersTable(queryRunner, 'identity');
    await dropOutboxTable(queryRunner, 'identity');
    await dropSnapshotSequence(queryRunner, 'identity');
  }
}
