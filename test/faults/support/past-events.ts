import type { Cluster } from '#testing';
import { connect } from '@nats-io/transport-node';
import { jetstream } from '@nats-io/jetstream';
import type { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { AuditEventBody } from '../../e2e/support/administrator.js';

const DAY_MS = 86_400_000;

/**
 * Has a realm's events of some days ago be of the class `30d`, as if that had been decided before: only the log's owner can make such
 * a thing up.
 */
export async function decideLongAgo(database: Client, realmId: string, days: number): Promise<void> {
  const day = startOfDay(days);
  const name = `events_30d_${day.toISOString().slice(0, 10).replaceAll('-', '')}`;
  const owner = await database.query<{ tableowner: string }>(
    `SELECT tableowner FROM pg_tables WHERE schemaname = 'audit' AND tablename = 'retention_policies'`,
  );
  await database.query(`SET ROLE "${owner.rows[0]?.tableowner ?? ''}"`);
  await database.query('ALTER TABLE audit.retention_policies DISABLE TRIGGER retention_policies_clock');
  await database.query(
    `INSERT INTO audit.retention_policies (realm_id, version, retention, effective_from, decided_at)
     VALUES ($1, 1, '30d', $2::timestamptz::date, $2::timestamptz - interval '1 day')`,
    [realmId, new Date(day.getTime() - DAY_MS).toISOString()],
  );
  await database.query('ALTER TABLE audit.retention_policies ENABLE TRIGGER retention_policies_clock');
  await database.query('SELECT audit.ensure_partitions()');
  await database.query(
    `CREATE TABLE IF NOT EXISTS audit."${name}" PARTITION OF audit."events_30d"
     FOR VALUES FROM ('${firstId(day)}') TO ('${firstId(new Date(day.getTime() + DAY_MS))}')`,
  );
  await database.query('RESET ROLE');
}

/** Publishes events like one of today, but of some days ago, as the service would that was late by so much. */
export async function publishLate(
  cluster: Cluster,
  like: AuditEventBody,
  days: number,
  jtis: readonly string[],
): Promise<void> {
  const { host, username, password } = new URL(cluster.natsUrlOf('tokens'));
  const tokens = await connect({ servers: host, user: username, pass: password, inboxPrefix: '_INBOX_tokens' });
  try {
    const events = jtis.map((jti, index) => {
      const msecs = startOfDay(days).getTime() + 1_000 + index;
      return { ...like, id: uuidv7({ msecs }), time: new Date(msecs).toISOString(), jti };
    });
    await jetstream(tokens).publish('audit.event.recorded.v1', JSON.stringify(events));
  } finally {
    await tokens.close();
  }
}

function startOfDay(days: number): Date {
  return new Date(Math.floor(Date.now() / DAY_MS - days) * DAY_MS);
}

/** The smallest UUIDv7 of a time. */
function firstId(time: Date): string {
  const hex = time.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
