import type { EntityManager } from 'typeorm';

/**
 * How long the version of a deleted key is remembered. It is for values that were on their way when the key was deleted: minutes
 * would do. Versions come from a sequence, so those of a key that is made anew are greater in any case.
 */
const REMEMBERED = '1 day';

/** Remembers the version of a key's absence. */
export async function leaveTombstone(
  manager: EntityManager,
  snapshot: string,
  key: string,
  version: number,
): Promise<void> {
  await manager.query(
    `INSERT INTO registry.snapshot_tombstones (snapshot, key, version) VALUES ($1, $2, $3)
     ON CONFLICT ON CONSTRAINT snapshot_tombstones_pkey
     DO UPDATE SET version = EXCLUDED.version, deleted_at = EXCLUDED.deleted_at`,
    [snapshot, key, version],
  );
}

/** Forgets it when there is something under the key again. */
export async function forgetTombstone(manager: EntityManager, snapshot: string, key: string): Promise<void> {
  await manager.query('DELETE FROM registry.snapshot_tombstones WHERE snapshot = $1 AND key = $2', [snapshot, key]);
}

/** Forgets what is old, but for rows that somebody is changing now. */
export async function forgetOldTombstones(manager: EntityManager): Promise<void> {
  await manager.query(
    `DELETE FROM registry.snapshot_tombstones t USING (
       SELECT o.snapshot, o.key FROM registry.snapshot_tombstones o
       WHERE o.deleted_at < now() - CAST($1 AS interval)
       ORDER BY o.deleted_at LIMIT 1000 FOR UPDATE SKIP LOCKED
     ) AS old
     WHERE t.snapshot = old.snapshot AND t.key = old.key`,
    [REMEMBERED],
  );
}
