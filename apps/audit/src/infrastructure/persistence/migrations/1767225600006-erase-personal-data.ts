import type { MigrationInterface, QueryRunner } from 'typeorm';
import { PINNED } from './event-partitions.sql.js';

/**
 * The one way to take the personal part of events away: a function of the log's owner, which the service's role may call and
 * whose rows alone the guard of the table lets through.
 */
export class ErasePersonalData1767225600006 implements MigrationInterface {
  readonly name = 'ErasePersonalData1767225600006';

  async up(queryRunner: QueryRunner): Promise<void> {
    // The event's text is canonical JSON, in which quotes within strings are escaped: what is looked for is a member indeed.
    // What tells of an erasure names the subject and is no data of theirs; else each call would find that of the one before.
    await queryRunner.query(`
      CREATE FUNCTION audit.erase_personal_data(realm uuid, subject uuid, most integer)
      RETURNS TABLE (events bigint, first_id uuid, last_id uuid)
      LANGUAGE plpgsql SECURITY DEFINER ${PINNED} AS $$
      DECLARE
        wanted text := subject::text;
        wanted_key bigint := audit.search_key(realm, subject::text);
        as_user text := format('"target":{"id":"%s","kind":"user"}', subject);
        as_account text := format('"target":{"id":"%s","kind":"service_account"}', subject);
      BEGIN
        -- One after the other in a realm, so that none waits for rows of another that waits for its own.
        PERFORM pg_advisory_xact_lock(hashtextextended('chancery.audit.erasing.' || realm::text, 0));
        RETURN QUERY
          WITH found AS (
            SELECT e.retention, e.id FROM audit.events AS e
             WHERE e.realm_id = realm AND e.erased_at IS NULL
               AND ((e.actor_key = wanted_key AND e.actor_id = wanted)
                 OR (e.subject_key = wanted_key AND e.subject_id = wanted)
                 OR strpos(e.event, as_user) > 0 OR strpos(e.event, as_account) > 0)
               AND NOT (e.type = 'audit.personal_data_erased' AND e.subject_id = wanted)
             LIMIT least(greatest(most, 0), 5000)
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
    await queryRunner.query(`DROP FUNCTION audit.erase_personal_data(uuid, uuid, integer)`);
  }
}
