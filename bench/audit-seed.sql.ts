/** The statements that fill a log of which searches are measured, a year long. `$1` is the first number, `$2` the last. */
export const SEED_MONTHS = 12;

const REALM = `('0197c1f0-0000-7000-8000-' || lpad(to_hex(realm), 12, '0'))::uuid`;

/** Makes the partitions of the year behind us, as if the log had been there all the time. */
export const SEED_PARTITIONS = `
  DO $$
  DECLARE starts timestamp;
  BEGIN
    FOR n IN 2..${String(SEED_MONTHS)} LOOP
      starts := date_trunc('month', now() AT TIME ZONE 'UTC') - n * interval '1 month';
      EXECUTE format('CREATE TABLE IF NOT EXISTS audit.%I PARTITION OF audit.events_forever FOR VALUES FROM (%L) TO (%L)',
        'events_forever_' || to_char(starts, 'YYYYMMDD'),
        audit.first_id_at(starts), audit.first_id_at(starts + interval '1 month'));
    END LOOP;
  END $$`;

/** Events of one statement. */
export const SEED_CHUNK = 250_000;

/** Everything about an event that follows from its number alone. */
const NUMBERS = `
  SELECT n, h, floor(power(('x' || substr(h, 1, 4))::bit(16)::int / 65536.0, 2) * 20)::int AS realm
    FROM (SELECT n, md5(n::text) AS h FROM generate_series($1::bigint, $2::bigint) AS n) AS hashes`;

/** With which leaf of its realm's tree each statement begins. `$1` is 1, `$2` the last number. */
export const SEED_STARTS = `
  CREATE TABLE public.bench_starts AS
  SELECT chunk, realm, (sum(events) OVER (PARTITION BY realm ORDER BY chunk) - events)::bigint AS leaf
    FROM (SELECT (n - 1) / ${String(SEED_CHUNK)} AS chunk, realm, count(*) AS events
            FROM (${NUMBERS}) AS numbers GROUP BY 1, 2) AS counts`;

/**
 * Twenty realms, two thousand clients, a hundred times as many users; nine of ten events are tokens, a few are failures or
 * changes. All of it follows from the number of the event, so that it can be made in pieces side by side. Texts are canonical
 * and hashed as the service does it, so that what is made up can be proven.
 */
export const SEED_EVENTS = `
  INSERT INTO audit.events (retention, id, realm_id, type, outcome, actor_id, client_id, subject_id, jti, ip, event, personal,
                            personal_salt, personal_hash, leaf_index, leaf_hash)
  SELECT *, sha256('\\x00'::bytea || convert_to(
              format('{"event":%s,"personal_hash":"%s"}', event, encode(personal_hash, 'base64')), 'UTF8'))
    FROM (
      SELECT retention, id, realm_id, type, outcome, actor, client_id, subject, jti, ip, event, personal, salt,
             sha256(salt || convert_to(personal, 'UTF8')) AS personal_hash,
             leaf + row_number() OVER (PARTITION BY realm_id ORDER BY n) - 1 AS leaf_index
        FROM (
  SELECT 'forever' AS retention, id, ${REALM} AS realm_id, type, outcome, actor, 'client-' || client AS client_id, subject,
         CASE WHEN type = 'token.issued' THEN overlay(id::text PLACING '7fff' FROM 15 FOR 4) END AS jti,
         ip,
         format('{"actor":{"client_id":"client-%s","id":"%s","kind":"service_account"},"client_id":"client-%s",'
           '"details":{"audience":["https://api.example.com/invoices"],"grant_type":"client_credentials",'
           '"key_id":"0197c1f0-1111-7000-8000-000000000001","lifetime_seconds":300,"scope":"invoices:read invoices:write",'
           '"secret_id":"0197c1f0-2222-7000-8000-000000000001"},"id":"%s","jti":null,"outcome":"%s","realm":"realm-%s",'
           '"realm_id":"%s","reason":null,"request_id":"%s","subject_id":"%s","target":null,"time":"%s",'
           '"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","type":"%s"}',
           client, actor, client, id, outcome, realm, ${REALM}, id, subject, to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), type)
           AS event,
         format('{"details":{},"ip":"%s","user_agent":"axios/1.7.9"}', ip) AS personal, decode(h, 'hex') AS salt, n, leaf
    FROM (
      SELECT *, 'user-' || realm || '-' || (h4 % 10000) AS subject,
             CASE WHEN kind < 96 THEN 'account-' || client ELSE 'user-' || realm || '-' || (h4 % 50) END AS actor,
             '10.' || (client % 256) || '.' || realm || '.' || (h4 % 20) AS ip,
             CASE WHEN kind < 90 THEN 'token.issued' WHEN kind < 96 THEN 'token.refused' WHEN kind < 98 THEN 'user.authenticated'
                  WHEN kind < 99 THEN 'client.updated' ELSE 'role.assigned' END AS type,
             CASE WHEN kind >= 90 AND kind < 97 THEN 'failure' ELSE 'success' END AS outcome,
             (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(h, 1, 3) || '8' || substr(h, 4, 15))::uuid AS id
        FROM (
          SELECT *, realm * 100 + floor(power(h2 / 65536.0, 2) * 100)::int AS client
            FROM (
              SELECT numbers.*, starts.leaf, ('x' || substr(h, 5, 4))::bit(16)::int AS h2,
                     ('x' || substr(h, 9, 4))::bit(16)::int % 100 AS kind, ('x' || substr(h, 13, 6))::bit(24)::int AS h4,
                     date_trunc('milliseconds', (now() AT TIME ZONE 'UTC') - interval '364 days' * (1 - n::float8 / $3)) AS at
                FROM (${NUMBERS}) AS numbers
                JOIN public.bench_starts AS starts ON starts.realm = numbers.realm AND starts.chunk = ($1 - 1) / ${String(SEED_CHUNK)}
            ) AS realms) AS clients) AS events) AS texts) AS personal`;

/** The counts of what was made. */
export const SEED_COUNTS = `
  WITH hours AS (
    INSERT INTO audit.event_counts (realm_id, hour, retention, type, outcome, events)
    SELECT realm_id, date_trunc('hour', audit.time_of_id(id), 'UTC'), retention, type, outcome, count(*)
      FROM audit.events GROUP BY 1, 2, 3, 4, 5 RETURNING *)
  INSERT INTO audit.event_day_counts (realm_id, day, retention, type, outcome, events)
  SELECT realm_id, date_trunc('day', hour, 'UTC'), retention, type, outcome, sum(events) FROM hours GROUP BY 1, 2, 3, 4, 5`;
