import type { EntityManager, QueryRunner } from 'typeorm';
import type { ServiceName } from '#contracts';
import { toSafeInteger } from './safe-integer.js';

/** For migrations: creates the sequence `<schema>.snapshot_version` that `nextSnapshotVersion` draws from. */
export async function createSnapshotSequence(queryRunner: QueryRunner, schema: ServiceName): Promise<void> {
  // CACHE 1: a cached block would hand a slower replica smaller versions later than a quicker one's bigger ones.
  await queryRunner.query(`CREATE SEQUENCE ${schema}.snapshot_version AS bigint START WITH 1 CACHE 1`);
}

/** For a migration's `down`. */
export async function dropSnapshotSequence(queryRunner: QueryRunner, schema: ServiceName): Promise<void> {
  await queryRunner.query(`DROP SEQUENCE ${schema}.snapshot_version`);
}

/**
 * The next snapshot version of a schema. Draw it in the transaction that changes the row and *after* that row is locked
 * (updated, or read `FOR UPDATE`): only then are versions of one key in the order of its commits, which G2 rests on.
 */
export async function nextSnapshotVersion(manager: EntityManager, schema: ServiceName): Promise<number> {
  const rows: { readonly version: string }[] = await manager.query(
    `SELECT nextval('${schema}.snapshot_version') AS version`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`${schema}.snapshot_version gave no value`);
  return toSafeInteger(row.version);
}
