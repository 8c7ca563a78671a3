/**
 * What every function of the log's owner is pinned to, so that its caller's session can lend it no other tables, no other time
 * zone and no other reading of its text.
 */
export const PINNED = `SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET standard_conforming_strings = on`;

/** Functions and triggers that refuse changes, whoever asks. */
export const EVENT_GUARDS: readonly string[] = [
  `CREATE FUNCTION audit.time_of_id(id uuid) RETURNS timestamptz
   LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
     SELECT pg_catalog.to_timestamp(
       (('x' || pg_catalog.left(pg_catalog.replace(id::text, '-', ''), 12))::bit(48)::bigint) / 1000.0)
   $$`,
  `CREATE FUNCTION audit.first_id_at(utc timestamp) RETURNS uuid
   LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
     SELECT (pg_catalog.lpad(pg_catalog.to_hex((EXTRACT(EPOCH FROM utc) * 1000)::bigint), 12, '0')
       || pg_catalog.repeat('0', 20))::uuid
   $$`,
  `CREATE FUNCTION audit.retention_age(retention text) RETURNS interval
   LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
     SELECT CASE retention
       WHEN '30d' THEN interval '30 days'
       WHEN '90d' THEN interval '90 days'
       WHEN '1y' THEN interval '1 year'
       WHEN '3y' THEN interval '3 years'
       WHEN '7y' THEN interval '7 years'
     END
   $$`,
  // The clock is the server's own: no setting of a session moves it. A class without an age never expires.
  `CREATE FUNCTION audit.is_expired(retention text, id uuid) RETURNS boolean
   LANGUAGE sql STABLE AS $$
     SELECT COALESCE(
       audit.time_of_id(id) AT TIME ZONE 'UTC' + audit.retention_age(retention)
         < pg_catalog.now() AT TIME ZONE 'UTC', false)
   $$`,
  `CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     RAISE EXCEPTION 'audit.% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
   END $$`,
  // Erasing the personal part is no change of the record, if done by the function for it: what proves it stays. Nothing younger than its class goes.
  `CREATE FUNCTION audit.guard_event() RETURNS trigger LANGUAGE plpgsql ${PINNED} AS $$
   DECLARE
     -- The keys follow from the rest.
     may_change text[] := ARRAY['erased_at', 'personal', 'personal_salt', 'ip',
       'type_key', 'actor_key', 'client_key', 'subject_key', 'target_key', 'ip_key'];
     callers text;
   BEGIN
     IF TG_OP = 'DELETE' AND audit.is_expired(OLD.retention, OLD.id) THEN
       RETURN OLD;
     END IF;
     IF TG_OP = 'UPDATE' AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
        AND NEW.personal IS NULL AND NEW.personal_salt IS NULL AND NEW.ip IS NULL
        AND to_jsonb(NEW) - may_change = to_jsonb(OLD) - may_change THEN
       GET DIAGNOSTICS callers = PG_CONTEXT;
       IF position('function audit.erase_personal_data(uuid,uuid,integer,uuid) ' IN callers) > 0 THEN
         RETURN NEW;
       END IF;
     END IF;
     RAISE EXCEPTION 'audit.% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
   END $$`,
  // For each row, because such a trigger is every partition's too; a partition's own name would pass a statement's.
  `CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON audit.events
   FOR EACH ROW EXECUTE FUNCTION audit.guard_event()`,
  `CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON audit.events
   FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()`,
];

/**
 * Partitions: by class, then by time. Short classes have short periods, so that little is kept longer than asked; a default
 * partition takes what lies outside of the prepared periods.
 */
export const PARTITIONS: readonly string[] = [
  `CREATE FUNCTION audit.partition_unit(retention text) RETURNS text
   LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
     SELECT CASE retention
       WHEN '30d' THEN 'day'
       WHEN '90d' THEN 'week'
       WHEN '7y' THEN 'quarter'
       ELSE 'month'
     END
   $$`,
  `CREATE FUNCTION audit.ensure_partitions_of(class text) RETURNS integer
   LANGUAGE plpgsql ${PINNED} AS $$
   DECLARE
     parent text := 'events_' || class;
     unit text := audit.partition_unit(class);
     step interval := CASE unit WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || unit)::interval END;
     ahead integer := CASE unit WHEN 'day' THEN 7 WHEN 'week' THEN 3 ELSE 2 END;
     present timestamp := date_trunc(unit, now() AT TIME ZONE 'UTC');
     starts timestamp;
     part text;
     made integer := 0;
   BEGIN
     IF to_regclass(format('audit.%I', parent)) IS NULL THEN
       EXECUTE format('CREATE TABLE audit.%I PARTITION OF audit.events FOR VALUES IN (%L) PARTITION BY RANGE (id)',
         parent, class);
       part := parent || '_other';
       EXECUTE format('CREATE TABLE audit.%I PARTITION OF audit.%I DEFAULT', part, parent);
       EXECUTE format('CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON audit.%I
         FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()', part);
     END IF;
     FOR n IN -1..ahead LOOP
       starts := present + n * step;
       part := parent || '_' || to_char(starts, 'YYYYMMDD');
       CONTINUE WHEN to_regclass(format('audit.%I', part)) IS NOT NULL;
       BEGIN
         EXECUTE format('CREATE TABLE audit.%I PARTITION OF audit.%I FOR VALUES FROM (%L) TO (%L)',
           part, parent, audit.first_id_at(starts), audit.first_id_at(starts + step));
         EXECUTE format('CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON audit.%I
           FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()', part);
         made := made + 1;
       EXCEPTION WHEN check_violation THEN
         -- Events of a clock that ran ahead lie in the default partition; the period stays there.
         NULL;
       END;
     END LOOP;
     RETURN made;
   END $$`,
  `CREATE FUNCTION audit.ensure_partitions() RETURNS integer
   LANGUAGE plpgsql SECURITY DEFINER ${PINNED} AS $$
   DECLARE
     class text;
     made integer := 0;
   BEGIN
     -- Replicas take turns.
     PERFORM pg_advisory_xact_lock(hashtextextended('chancery.audit.partitions', 0));
     FOR class IN SELECT 'forever' UNION SELECT p.retention FROM audit.retention_policies p LOOP
       made := made + audit.ensure_partitions_of(class);
     END LOOP;
     RETURN made;
   END $$`,
];
