import { PINNED } from './event-partitions.sql.js';

/** A decision is dated by the server's clock, so that none can be made to hold for days that have begun. */
export const POLICY_CLOCK: readonly string[] = [
  `CREATE FUNCTION audit.decided_now() RETURNS trigger LANGUAGE plpgsql ${PINNED} AS $$
   BEGIN
     NEW.decided_at := now();
     RETURN NEW;
   END $$`,
  `CREATE TRIGGER retention_policies_clock BEFORE INSERT ON audit.retention_policies
   FOR EACH ROW EXECUTE FUNCTION audit.decided_now()`,
];

/**
 * Dropping in two steps, each a transaction of its own that may be cut off anywhere. An expired partition is first taken out
 * of the log (briefly locking its class), then counted, written down and dropped, in nobody's way.
 */
export const DROPPING: readonly string[] = [
  `CREATE FUNCTION audit.retired_partitions() RETURNS SETOF text
   LANGUAGE sql STABLE ${PINNED} AS $$
     SELECT c.relname::text FROM pg_class c
      WHERE c.relnamespace = 'audit'::regnamespace AND c.relkind = 'r' AND NOT c.relispartition
        AND c.relname ~ '^expired_[a-z0-9_]+$'
      ORDER BY c.relname
   $$`,
  `CREATE FUNCTION audit.retire_expired_partitions() RETURNS integer
   LANGUAGE plpgsql SECURITY DEFINER ${PINNED} SET lock_timeout = '3s' AS $$
   DECLARE
     class text;
     part record;
     retired text;
     gone bigint;
     made integer := 0;
   BEGIN
     IF NOT pg_try_advisory_xact_lock(hashtextextended('chancery.audit.dropping', 0)) THEN
       RETURN 0;
     END IF;
     FOREACH class IN ARRAY ARRAY['30d', '90d', '1y', '3y', '7y'] LOOP
       CONTINUE WHEN to_regclass(format('audit.%I', 'events_' || class)) IS NULL;
       FOR part IN
         SELECT c.relname AS name, substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''([0-9a-f-]{36})''\\)')::uuid AS ends
           FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
          WHERE i.inhparent = to_regclass(format('audit.%I', 'events_' || class))
       LOOP
         -- Every event of it is before its end, so it has expired when its end has. The default partition has none.
         CONTINUE WHEN part.ends IS NULL OR NOT audit.is_expired(class, part.ends);
         retired := 'expired_' || substr(part.name, length('events_') + 1);
         EXECUTE format('ALTER TABLE audit.%I DETACH PARTITION audit.%I', 'events_' || class, part.name);
         EXECUTE format('ALTER TABLE audit.%I RENAME TO %I', part.name, retired);
         PERFORM audit.close_to_all(retired);
         made := made + 1;
       END LOOP;
       -- What lies in the default partition goes event by event.
       CONTINUE WHEN NOT audit.has_expired_others(class);
       retired := format('expired_%s_other_%s', class, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
       EXECUTE format('CREATE TABLE audit.%I (LIKE audit.events)', retired);
       PERFORM audit.close_to_all(retired);
       EXECUTE format(
         'WITH gone AS (DELETE FROM audit.%I WHERE audit.is_expired(%L, id) RETURNING *) INSERT INTO audit.%I SELECT * FROM gone',
         'events_' || class || '_other', class, retired);
       made := made + 1;
     END LOOP;
     RETURN made;
   END $$`,
  `CREATE FUNCTION audit.has_expired_others(class text) RETURNS boolean
   LANGUAGE plpgsql ${PINNED} AS $$
   DECLARE
     found boolean;
   BEGIN
     EXECUTE format('SELECT EXISTS (SELECT 1 FROM audit.%I WHERE audit.is_expired(%L, id))',
       'events_' || class || '_other', class) INTO found;
     RETURN found;
   END $$`,
  // Nobody adds to what is about to be counted and dropped.
  `CREATE FUNCTION audit.close_to_all(name text) RETURNS void
   LANGUAGE plpgsql ${PINNED} AS $$
   DECLARE
     grantee text;
   BEGIN
     FOR grantee IN
       SELECT DISTINCT CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END
         FROM pg_class c, aclexplode(c.relacl) g
        WHERE c.oid = to_regclass(format('audit.%I', name)) AND g.grantee <> c.relowner
     LOOP
       EXECUTE format('REVOKE ALL ON TABLE audit.%I FROM %s', name, grantee);
     END LOOP;
   END $$`,
  // Leaves are told as unbroken ranges, for who has to tell what was dropped lawfully from what is missing.
  `CREATE FUNCTION audit.drop_retired_partition(name text)
   RETURNS TABLE (realm_id uuid, retention text, events bigint, first_id uuid, last_id uuid, ranges jsonb, sample text)
   LANGUAGE plpgsql SECURITY DEFINER ${PINNED} AS $$
   #variable_conflict use_column
   BEGIN
     IF NOT pg_try_advisory_xact_lock(hashtextextended('chancery.audit.dropping', 0))
        OR NOT EXISTS (SELECT 1 FROM audit.retired_partitions() AS r WHERE r = name) THEN
       RETURN;
     END IF;
     EXECUTE format(
       'INSERT INTO audit.dropped_ranges
          (realm_id, partition, number, retention, first_id, last_id, events, first_leaf, last_leaf)
        SELECT realm_id, %L, row_number() OVER (PARTITION BY realm_id ORDER BY min(leaf_index)), min(retention),
               min(id::text)::uuid, max(id::text)::uuid, count(*), min(leaf_index), max(leaf_index)
          FROM (SELECT realm_id, retention, id, leaf_index,
                       leaf_index - row_number() OVER (PARTITION BY realm_id ORDER BY leaf_index) AS island
                  FROM audit.%I) AS leaves
         GROUP BY realm_id, island', name, name);
     RETURN QUERY EXECUTE format(
       'SELECT d.realm_id, d.retention, d.events, d.first_id, d.last_id, d.ranges, e.event
          FROM (SELECT realm_id, min(retention) AS retention, sum(events)::bigint AS events,
                       min(first_id::text)::uuid AS first_id, max(last_id::text)::uuid AS last_id,
                       COALESCE(jsonb_agg(jsonb_build_array(first_leaf, last_leaf) ORDER BY number)
                         FILTER (WHERE first_leaf IS NOT NULL AND number <= 100), ''[]'') AS ranges
                  FROM audit.dropped_ranges WHERE partition = %L GROUP BY realm_id) AS d
          JOIN audit.%I AS e ON e.realm_id = d.realm_id AND e.id = d.last_id', name, name);
     PERFORM audit.uncount_events(name);
     EXECUTE format('DROP TABLE audit.%I', name);
   END $$`,
];
