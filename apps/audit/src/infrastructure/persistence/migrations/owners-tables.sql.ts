import type { QueryRunner } from 'typeorm';

/**
 * Leaves to the service's role no more than reading a table that functions of the log's owner alone write to: by adding rows of
 * its own it could tell of drops that never were, or count what never was. The role's name is the operator's choice.
 */
export async function leaveToOwner(queryRunner: QueryRunner, table: string): Promise<void> {
  await queryRunner.query(`
    DO $$
    DECLARE
      name text;
    BEGIN
      FOR name IN
        SELECT DISTINCT CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END
          FROM pg_catalog.pg_class c, aclexplode(c.relacl) g
         WHERE c.oid = 'audit.${table}'::regclass AND g.grantee <> c.relowner
      LOOP
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON audit.${table} FROM %s', name);
      END LOOP;
    END $$`);
}
