import {
  createKeptAnswersTable,
  createOutboxTable,
  createSnapshotSequence,
  dropKeptAnswersTable,
  dropOutboxTable,
  dropSnapshotSequence,
} from '#database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Realms, clients, secrets, redirect URIs, and what the registry needs to change them safely. Names and identifiers are
 * compared and sorted byte by byte (`COLLATE "C"`). Foreign keys hold the realm too, so a row can never belong to a client of
 * another realm.
 */
export class CreateRegistry20260101000100 implements MigrationInterface {
  readonly name = 'CreateRegistry20260101000100';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createSnapshotSequence(queryRunner, 'registry');
    await createOutboxTable(queryRunner, 'registry');
    for (const statement of TABLES) await queryRunner.query(statement);
    // They go soon after their realm.
    await createKeptAnswersTable(queryRunner, 'registry');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const tables = [
      'milestones',
      'provisions',
      'snapshot_tombstones',
      'web_origins',
      'post_logout_redirect_uris',
      'redirect_uris',
      'client_secrets',
      'clients',
      'realms',
    ];
    await dropKeptAnswersTable(queryRunner, 'registry');
    for (const table of tables) await queryRunner.query(`DROP TABLE registry.${table}`);
    await dropOutboxTable(queryRunner, 'registry');
    await dropSnapshotSequence(queryRunner, 'registry');
  }
}

const TABLES: readonly string[] = [
  `CREATE TABLE registry.realms (
    id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    display_name text,
    -- Name and display name as searches compare them: folded by the application, because locales differ.
    search_text text COLLATE "C" NOT NULL,
    enabled boolean NOT NULL,
    access_token_lifetime_seconds integer NOT NULL,
    refresh_token_lifetime_seconds integer NOT NULL,
    id_token_lifetime_seconds integer NOT NULL,
    temporary_token_lifetime_seconds integer NOT NULL,
    default_signing_algorithm text NOT NULL,
    password_policy jsonb NOT NULL,
    version bigint NOT NULL,
    snapshot_version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT realms_pkey PRIMARY KEY (id),
    CONSTRAINT realms_name_key UNIQUE (name)
  )`,
  `CREATE INDEX realms_created_at_idx ON registry.realms (created_at, id)`,
  // No foreign key to the realm: deleting one would have to take all its clients along in the same transaction. Who adds a
  // client holds the realm's row (`keepRealm`), so none is added to a realm that is gone.
  `CREATE TABLE registry.clients (
    id uuid NOT NULL,
    realm_id uuid NOT NULL,
    client_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    -- Name and client_id as searches compare them, and a number for each piece of up to three letters of the realm.
    search_text text COLLATE "C" NOT NULL,
    search_keys integer[] NOT NULL,
    description text,
    owner text,
    client_type text NOT NULL,
    public_client boolean NOT NULL,
    enabled boolean NOT NULL,
    service_account_enabled boolean NOT NULL,
    direct_access_grants_enabled boolean NOT NULL,
    first_party boolean NOT NULL,
    service_account_user_id uuid,
    access_token_lifetime_seconds integer,
    refresh_token_lifetime_seconds integer,
    id_token_lifetime_seconds integer,
    temporary_token_lifetime_seconds integer,
    version bigint NOT NULL,
    snapshot_version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT clients_pkey PRIMARY KEY (id),
    -- Searches walk the orders and compare what they pass: with the text in the index they read nothing else.
    CONSTRAINT clients_realm_id_client_id_key UNIQUE (realm_id, client_id) INCLUDE (id, search_text),
    CONSTRAINT clients_realm_id_id_key UNIQUE (realm_id, id),
    CONSTRAINT clients_client_type_check CHECK (client_type IN ('confidential', 'public', 'system')),
    CONSTRAINT clients_public_check CHECK (NOT (public_client AND service_account_enabled))
  )`,
  `CREATE INDEX clients_realm_id_name_idx ON registry.clients (realm_id, name, id) INCLUDE (search_text)`,
  `CREATE INDEX clients_realm_id_created_at_idx ON registry.clients (realm_id, created_at, id)
    INCLUDE (search_text)`,
  // What is filtered for is found by walking an order unless it is rare: these are for the rare.
  `CREATE INDEX clients_disabled_idx ON registry.clients (realm_id, client_id) WHERE NOT enabled`,
  `CREATE INDEX clients_unusual_idx ON registry.clients (realm_id, client_type, client_id)
    WHERE client_type <> 'confidential'`,
  `CREATE INDEX clients_owner_idx ON registry.clients (realm_id, owner, client_id) WHERE owner IS NOT NULL`,
  `CREATE INDEX clients_first_party_idx ON registry.clients (realm_id, client_id) WHERE first_party`,
  `CREATE INDEX clients_direct_grants_idx ON registry.clients (realm_id, client_id) WHERE direct_access_grants_enabled`,
  // Either may be the rare one. A client is in one of them.
  `CREATE INDEX clients_with_account_idx ON registry.clients (realm_id, client_id) WHERE service_account_enabled`,
  `CREATE INDEX clients_without_account_idx ON registry.clients (realm_id, client_id) WHERE NOT service_account_enabled`,
  // The list of pending entries makes additions cheap, and every search reads it from end to end: 1 MB costs it a few milliseconds.
  `CREATE INDEX clients_search_keys_idx ON registry.clients USING gin (search_keys) WITH (gin_pending_list_limit = 1024)`,
  `CREATE TABLE registry.client_secrets (
    id uuid NOT NULL,
    realm_id uuid NOT NULL,
    client_uuid uuid NOT NULL,
    name text,
    sha256 bytea NOT NULL,
    hint text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    CONSTRAINT client_secrets_pkey PRIMARY KEY (id),
    CONSTRAINT client_secrets_client_fkey FOREIGN KEY (realm_id, client_uuid)
      REFERENCES registry.clients (realm_id, id) ON DELETE CASCADE,
    CONSTRAINT client_secrets_sha256_check CHECK (octet_length(sha256) = 32)
  )`,
  `CREATE INDEX client_secrets_client_idx ON registry.client_secrets (realm_id, client_uuid, created_at, id)`,
  ...uriTable('redirect_uris'),
  ...uriTable('post_logout_redirect_uris'),
  ...uriTable('web_origins'),
  // Versions of keys that were deleted, so that they go on growing for as long as an old value may still be on its way.
  `CREATE TABLE registry.snapshot_tombstones (
    snapshot text NOT NULL,
    key text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    deleted_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT snapshot_tombstones_pkey PRIMARY KEY (snapshot, key)
  )`,
  `CREATE INDEX snapshot_tombstones_deleted_at_idx ON registry.snapshot_tombstones (deleted_at)`,
  // No foreign keys: a provision is about a realm or client that is not stored yet.
  `CREATE TABLE registry.provisions (
    id uuid NOT NULL,
    realm_id uuid NOT NULL,
    client_uuid uuid,
    given_up boolean NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT provisions_pkey PRIMARY KEY (id)
  )`,
  `CREATE INDEX provisions_created_at_idx ON registry.provisions (created_at, id)`,
  `CREATE TABLE registry.milestones (
    name text NOT NULL,
    reached_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT milestones_pkey PRIMARY KEY (name)
  )`,
];

/** The tables of clients' URIs are alike, and apart, because each kind is read by itself. */
function uriTable(name: string): string[] {
  return [
    `CREATE TABLE registry.${name} (
      id uuid NOT NULL,
      realm_id uuid NOT NULL,
      client_uuid uuid NOT NULL,
      value text COLLATE "C" NOT NULL,
      enabled boolean NOT NULL,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      CONSTRAINT ${name}_pkey PRIMARY KEY (id),
      CONSTRAINT ${name}_client_value_key UNIQUE (realm_id, client_uuid, value),
      CONSTRAINT ${name}_client_fkey FOREIGN KEY (realm_id, client_uuid)
        REFERENCES registry.clients (realm_id, id) ON DELETE CASCADE
    )`,
    `CREATE INDEX ${name}_client_idx ON registry.${name} (realm_id, client_uuid, created_at, id)`,
  ];
}
