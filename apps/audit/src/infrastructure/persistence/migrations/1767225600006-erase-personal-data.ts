import type { MigrationInterface, QueryRunner } from 'typeorm';
import { PINNED } from './event-partitions.sql.js';

/** The first of those in which somebody acts, is the subject, is the target. */
const PARTS = ['actor', 'subject', 'target']
  .map(
    (role) => `(SELECT e.retention, e.id FROM audit.events AS e
                WHERE e.${role}_key = wanted_key AND e.${role}_id = wanted AND e.realm_id = realm AND e.id > after
                  AND e.erased_at IS NULL AND NOT (e.type = 'audit.personal_data_erased' AND e.subject_id IS NOT DISTINCT FROM wanted)
                ORDER BY e.id LIMIT bound)`,
  )
  .join(' UNION ALL ');

/**
 * The one way to take the personal part of events away: a function of the log's owner, which the service's role may call and
 * whose rows alone the guard of the table lets through.
 */
export class ErasePersonalData1767225600006 implements MigrationInterface {
  readonly name = 'ErasePersonalData1767225600006';

  async up(queryRunner: QueryRunner): Promise<void> {
    // Found by three indexes, in the order of ids: who calls goes on after the last id, so that no event is looked at twice.
    // What tells of an erasure names the subject and is no data of theirs; else each call would find that of the one before.
    await queryRunner.query(`
      CREATE FUNCTION audit.erase_personal_data(realm uuid, subject uuid, most integer, after uuid)
      RETURNS TABLE (events bigint, first_id uuid, last_id uuid)
      LANGUAGE plpgsql SECURITY DEFINER ${PINNED} AS $$
      DECLARE
        wanted text := subject::text;
        wanted_key bigint := audit.search_key(realm, subject::text);
        bound integer := least(greatest(most, 0), 5000);
      BEGIN
        -- One after the other in a realm, so that none waits for rows of another that waits for its own.
        PERFORM pg_advisory_xact_lock(hashtextextended('chancery.audit.erasing.' || realm::text, 0));
        RETURN QUERY
          WITH found AS (
            SELECT DISTINCT x.retention, x.id FROM (
              ${PARTS}
            ) AS x ORDER BY x.id LIMIT bound
          ), erased AS (
            UPDATE audit.events AS e
               SET personal = NULL, personal_salt = NULL, ip = NULL, erased_at = now()
              FROM found AS f WHERE e.retention = f.retention AND e.id = f.id AND e.erased_at IS NULL
            RETURNING e.id
          )
          SELECT count(*), min(x.id::text)::uuid, max(x.id::text)::uuid FROM erased AS x;
      END $$`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP FUNCTION audit.erase_personal_data(uuid, uuid, integer, uuid)`);
  }
}
