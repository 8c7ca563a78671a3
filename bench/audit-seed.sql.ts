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

/**
 * Twenty realms, two thousand clients, a hundred times as many users; nine of ten events are tokens, a few are failures or
 * changes. All of it follows from the number of the event, so that it can be made in pieces side by side.
 */
export const SEED_EVENTS = `
  INSERT INTO audit.events (retention, id, realm_id, type, outcome, actor_id, client_id, subject_id, jti, ip, event, personal)
  SELECT 'forever', id, ${REALM}, type, outcome, actor, 'client-' || client, subject,
         CASE WHEN type = 'token.issued' THEN overlay(id::text PLACING '7fff' FROM 15 FOR 4) END,
         ip,
         format('{"id":"%s","realm":"realm-%s","realm_id":"%s","type":"%s","outcome":"%s","reason":null,"time":"%s",'
           '"actor":{"kind":"service_account","id":"%s","client_id":"client-%s"},"client_id":"client-%s","subject_id":"%s",'
           '"jti":null,"target":null,"request_id":"%s","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",'
           '"details":{"grant_type":"client_credentials","scope":"invoices:read invoices:write",'
           '"audience":["https://api.example.com/invoices"],"key_id":"0197c1f0-1111-7000-8000-000000000001",'
           '"lifetime_seconds":300,"secret_id":"0197c1f0-2222-7000-8000-000000000001"}}',
           id, realm, ${REALM}, type, outcome, to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), actor, client, client, subject, id),
         format('{"ip":"%s","user_agent":"axios/1.7.9"}', ip)
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
              SELECT h, floor(power(h1 / 65536.0, 2) * 20)::int AS realm, h2, h3 % 100 AS kind, h4,
                     date_trunc('milliseconds', (now() AT TIME ZONE 'UTC') - interval '364 days' * (1 - n::float8 / $3)) AS at
                FROM (
                  SELECT n, h, ('x' || substr(h, 1, 4))::bit(16)::int AS h1, ('x' || substr(h, 5, 4))::bit(16)::int AS h2,
                         ('x' || substr(h, 9, 4))::bit(16)::int AS h3, ('x' || substr(h, 13, 6))::bit(24)::int AS h4
                    FROM (SELECT n, md5(n::text) AS h FROM generate_series($1::bigint, $2::bigint) AS n) AS numbers) AS hashes
            ) AS realms) AS clients) AS events`;

/** The hourly counts of what was made. */
export const SEED_COUNTS = `
  INSERT INTO audit.event_counts (realm_id, hour, retention, type, outcome, events)
  SELECT realm_id, date_trunc('hour', audit.time_of_id(id)), retention, type, outcome, count(*)
    FROM audit.events GROUP BY 1, 2, 3, 4, 5`;
