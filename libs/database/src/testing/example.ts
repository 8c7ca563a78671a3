import { Column, Entity, PrimaryColumn, Unique, type MigrationInterface, type QueryRunner } from 'typeorm';
import { createOutboxTable, dropOutboxTable } from '../outbox-table.js';
import type { DatabaseDescription } from '../ports.js';
import { bigIntColumn, safeIntegerColumn } from '../safe-integer.js';
import { createSnapshotSequence, dropSnapshotSequence } from '../snapshot-version.js';

/** A table as the services have them, for the tests of this library. */
@Entity({ name: 'thing' })
@Unique('thing_name_key', ['name'])
export class ThingEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('bigint', { transformer: safeIntegerColumn })
  version!: number;

  @Column('bigint', { transformer: bigIntColumn })
  mask!: bigint;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

class CreateThing1760000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE registry.thing (
        id uuid NOT NULL,
        name text NOT NULL,
        version bigint NOT NULL,
        mask bigint NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT thing_pkey PRIMARY KEY (id),
        CONSTRAINT thing_name_key UNIQUE (name)
      )`);
    await createSnapshotSequence(queryRunner, 'registry');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropSnapshotSequence(queryRunner, 'registry');
    await queryRunner.query('DROP TABLE registry.thing');
  }
}

class CreateOutbox1760000000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createOutboxTable(queryRunner, 'registry');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropOutboxTable(queryRunner, 'registry');
  }
}

/** A service's part of the database, for the tests of this library. */
export const exampleDatabase: DatabaseDescription = {
  schema: 'registry',
  entities: [ThingEntity],
  migrations: [CreateThing1760000000000, CreateOutbox1760000000001],
};

/** The same after a release whose second migration fails. */
export const brokenDatabase: DatabaseDescription = {
  ...exampleDatabase,
  migrations: [
    ...exampleDatabase.migrations,
    class AddColumn1760000000002 implements MigrationInterface {
      async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query('ALTER TABLE registry.thing ADD COLUMN extra text NULL');
        await queryRunner.query('SELECT nonsense');
      }

      async down(): Promise<void> {}
    },
  ],
};

/** Another service's, with one table. */
export const auditDatabase: DatabaseDescription = {
  schema: 'audit',
  entities: [],
  migrations: [
    class CreateRecord1760000000000 implements MigrationInterface {
      async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query('CREATE TABLE audit.record (id uuid NOT NULL)');
      }

      async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query('DROP TABLE audit.record');
      }
    },
  ],
};
