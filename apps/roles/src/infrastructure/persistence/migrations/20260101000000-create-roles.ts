import {
  createKeptAnswersTable,
  createOutboxTable,
  createSnapshotSequence,
  dropKeptAnswersTable,
  dropOutboxTable,
  dropSnapshotSequence,
} from '#database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Scopes, permissions, roles, subjects and assignments. */
export class CreateRoles20260101000000 implements MigrationInterface {
  readonly name = 'CreateRoles20260101000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createSnapshotSequence(queryRunner, 'roles');
    await createOutboxTable(queryRunner, 'roles');
    await createKeptAnswersTable(queryRunner, 'roles');
    await queryRunner.query(`
      CREATE TABLE roles.scopes (
        realm_id uuid NOT NULL,
        scope text COLLATE "C" NOT NULL,
        realm_name text NOT NULL,
        audience text NOT NULL,
        audience_version bigint NOT NULL,
        version bigint NOT NULL,
        removed boolean NOT NULL,
        CONSTRAINT scopes_pkey PRIMARY KEY (realm_id, scope)
      )`);
    await queryRunner.query(`
      CREATE TABLE roles.permissions (
        realm_id uuid NOT NULL,
        scope text COLLATE "C" NOT NULL,
        bit smallint NOT NULL,
        name text COLLATE "C" NOT NULL,
        description text,
        version bigint NOT NULL,
        -- Deleted ones stay as long as a token could carry them, so that their bit is not used again.
        retired_at timestamptz,
        CONSTRAINT permissions_pkey PRIMARY KEY (realm_id, scope, bit),
        CONSTRAINT permissions_scope_fkey FOREIGN KEY (realm_id, scope) REFERENCES roles.scopes (realm_id, scope),
        -- Bits 0 to 31 of a realm are built in and need no rows.
        CONSTRAINT permissions_bit_check CHECK (bit BETWEEN CASE WHEN scope = 'realm' THEN 32 ELSE 0 END AND 62)
      )`);
    await queryRunner.query(`
      CREATE UNIQUE INDEX permissions_name_key ON roles.permissions (realm_id, scope, name) WHERE retired_at IS NULL`);
    await queryRunner.query(`
      CREATE TABLE roles.roles (
        id uuid NOT NULL,
        realm_id uuid NOT NULL,
        client_id uuid,
        scope text COLLATE "C" NOT NULL GENERATED ALWAYS AS (COALESCE(client_id::text, 'realm')) STORED,
        name text COLLATE "C" NOT NULL,
        description text,
        permissions bigint NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT roles_pkey PRIMARY KEY (id),
        CONSTRAINT roles_realm_key UNIQUE (realm_id, id),
        CONSTRAINT roles_name_key UNIQUE (realm_id, scope, name),
        CONSTRAINT roles_scope_fkey FOREIGN KEY (realm_id, scope) REFERENCES roles.scopes (realm_id, scope),
        CONSTRAINT roles_permissions_check CHECK (permissions >= 0)
      )`);
    await queryRunner.query(`
      CREATE TABLE roles.subjects (
        realm_id uuid NOT NULL,
        subject_id uuid NOT NULL,
        version bigint NOT NULL,
        ensured_role_ids uuid[] NOT NULL,
        removed boolean NOT NULL DEFAULT false,
        withdrawn_until timestamptz,
        CONSTRAINT subjects_pkey PRIMARY KEY (realm_id, subject_id)
      )`);
    await queryRunner.query(`
      CREATE TABLE roles.assignments (
        realm_id uuid NOT NULL,
        subject_id uuid NOT NULL,
        role_id uuid NOT NULL,
        assigned_at timestamptz NOT NULL,
        CONSTRAINT assignments_pkey PRIMARY KEY (realm_id, subject_id, role_id),
        CONSTRAINT assignments_subject_fkey FOREIGN KEY (realm_id, subject_id)
          REFERENCES roles.subjects (realm_id, subject_id),
        -- The realm is part of the key: nobody can hold a role of another realm.
        CONSTRAINT assignments_role_fkey FOREIGN KEY (realm_id, role_id) REFERENCES roles.roles (realm_id, id)
      )`);
    await queryRunner.query(`CREATE INDEX assignments_role_idx ON roles.assignments (realm_id, role_id, subject_id)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['assignments', 'subjects', 'roles', 'permissions', 'scopes']) {
      await queryRunner.query(`DROP TABLE roles.${table}`);
    }
    await dropKeptAnswersTable(queryRunner, 'roles');
    await dropOutboxTable(queryRunner, 'roles');
    await dropSnapshotSequence(queryRunner, 'roles');
  }
}
