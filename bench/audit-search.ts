import { MemorySnapshotStore } from '#cache';
import { ListAuditEvents, ReadAuditHistogram, type RequestOf } from '#contracts';
import { startService, SystemClock } from '#host';
import { ContractMessageClient, InProcessTransport, newCallContext, type MessageClient } from '#messaging';
import { Readiness, SilentLogger } from '#observability';
import { Client } from 'pg';
import { auditService } from '../apps/audit/src/index.js';
import { benchProofs } from './audit-proofs.js';
import { SEED_CHUNK, SEED_COUNTS, SEED_EVENTS, SEED_PARTITIONS, SEED_STARTS } from './audit-seed.sql.js';

type Filter = RequestOf<typeof ListAuditEvents>['filter'];
/** An event that is there, of which questions are made. */
interface Sample {
  readonly realm_id: string;
  readonly type: string;
  readonly actor_id: string;
  readonly client_id: string;
  readonly subject_id: string;
  readonly jti: string | null;
  readonly ip: string;
  readonly at: Date;
}

/** A server that crashes while the log is made up is thrown away. */
const SEEDING = { fsync: 'off', full_page_writes: 'off', max_wal_size: '16GB', autovacuum: 'off' };

const DAY_MS = 86_400_000;

const SEARCHES: readonly (readonly [name: string, filter: (sample: Sample) => Filter])[] = [
  ['everything', () => ({})],
  ['type', ({ type }) => ({ type })],
  ['type, rare', () => ({ type: 'role.assigned' })],
  ['type, none', () => ({ type: 'realm.deleted' })],
  ['outcome failure', () => ({ outcome: 'failure' })],
  ['actor_id', (sample) => ({ actorId: sample.actor_id })],
  ['client_id', (sample) => ({ clientId: sample.client_id })],
  ['subject_id', (sample) => ({ subjectId: sample.subject_id })],
  ['jti', (sample) => ({ jti: sample.jti ?? 'none' })],
  ['ip', ({ ip }) => ({ ip })],
  ['from and to, a day', ({ at }) => ({ from: at.toISOString(), to: new Date(at.getTime() + DAY_MS).toISOString() })],
  ['client_id and outcome', (sample) => ({ clientId: sample.client_id, outcome: 'failure' })],
  ['actor_id and outcome', (sample) => ({ actorId: sample.actor_id, outcome: 'failure' })],
  ['ip and outcome', ({ ip }) => ({ ip, outcome: 'failure' })],
  ['type and outcome', () => ({ type: 'user.authenticated', outcome: 'failure' })],
  ['type and success', () => ({ type: 'user.authenticated', outcome: 'success' })],
  ['client_id and type', (sample) => ({ clientId: sample.client_id, type: 'role.assigned' })],
  ['subject_id and client_id', (sample) => ({ subjectId: sample.subject_id, clientId: sample.client_id })],
  [
    'actor_id, type and a month',
    ({ actor_id, type, at }) => ({
      actorId: actor_id,
      type,
      to: at.toISOString(),
      from: new Date(at.getTime() - 30 * DAY_MS).toISOString(),
    }),
  ],
  ['client_id and ip', ({ client_id, ip }) => ({ clientId: client_id, ip })],
];

/** Fills a log, and measures every search in it, what proves it, or both. */
export async function benchSearch(
  databaseUrl: string,
  options: {
    readonly events: number;
    readonly searches: number;
    readonly search: boolean;
    readonly proofs: boolean;
  },
): Promise<void> {
  const transport = new InProcessTransport();
  const service = await startService(auditService, {
    transport,
    snapshotStore: new MemorySnapshotStore(),
    databaseUrl,
    databasePoolSize: 4,
    logger: new SilentLogger(),
    clock: new SystemClock(),
    readiness: new Readiness(),
    environment: { CHANCERY_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') },
    migrate: true,
    snapshotCacheBytes: 100_000,
  });
  await seed(databaseUrl, options.events);
  const client = new ContractMessageClient(transport, 'gateway');
  if (options.search) await searchIn(client, await sample(databaseUrl, options.searches), options.events);
  if (options.proofs) await benchProofs(databaseUrl, client, options.searches);
  await service.stop();
  await transport.drain();
}

async function searchIn(client: MessageClient, samples: readonly Sample[], events: number): Promise<void> {
  console.log(
    `\n| ${events.toLocaleString('en')} events | p50 ms | p99 ms | slowest | found, median |\n|---|---|---|---|---|`,
  );
  for (const [name, filter] of SEARCHES) {
    await measured(name, samples, async (one) => {
      const request = { realm: 'bench', realmId: one.realm_id, page: { limit: 50, cursor: null }, filter: filter(one) };
      return (await client.call(ListAuditEvents, request, newCallContext({ deadlineMs: 20_000 }))).total;
    });
  }
  const histograms = [
    ['histogram: a year by the day', 364, '1d', {}],
    ['histogram: 20 days by the hour', 20, '1h', {}],
    ['histogram: a year of failures by the week', 364, '7d', { outcome: 'failure' }],
    ['histogram: a day of a client by 15 minutes', 1, '15m', { clientId: true }],
  ] as const;
  for (const [name, days, bucket, filter] of histograms) {
    await measured(name, samples, async (one) => {
      const to = Date.now();
      const request = {
        ...{ realm: 'bench', realmId: one.realm_id, bucket },
        filter: 'clientId' in filter ? { clientId: one.client_id } : filter,
        from: new Date(to - days * DAY_MS).toISOString(),
        to: new Date(to).toISOString(),
      };
      const { buckets } = await client.call(ReadAuditHistogram, request, newCallContext({ deadlineMs: 20_000 }));
      return buckets.flatMap(({ counts }) => counts).reduce((sum, { count }) => sum + count, 0);
    });
  }
}

async function measured(
  name: string,
  samples: readonly Sample[],
  ask: (sample: Sample) => Promise<number>,
): Promise<void> {
  const times: number[] = [];
  const found: number[] = [];
  for (const one of samples) {
    const start = performance.now();
    found.push(await ask(one));
    times.push(performance.now() - start);
  }
  const at = (values: readonly number[], share: number): number =>
    values.toSorted((a, b) => a - b)[Math.min(Math.ceil(values.length * share), values.length) - 1] ?? Number.NaN;
  const cells = [at(times, 0.5), at(times, 0.99), at(times, 1)].map((ms) => ms.toFixed(1));
  console.log(`| ${name} | ${cells.join(' | ')} | ${at(found, 0.5).toLocaleString('en')} |`);
}

async function seed(databaseUrl: string, events: number): Promise<void> {
  const begun = performance.now();
  await withClient(databaseUrl, async (client) => {
    await client.query(SEED_PARTITIONS);
    // Indexes are made afterwards, at once.
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(
      `SELECT c.relname AS name, pg_get_indexdef(c.oid) AS definition FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid = 'audit.events'::regclass AND NOT i.indisprimary`,
    );
    for (const { name } of indexes) await client.query(`DROP INDEX audit.${name}`);
    await settings(client, SEEDING);
    await client.query(SEED_STARTS.replace('$1::bigint', '1').replace('$2::bigint', String(events)));
    let next = 1;
    const work = (): Promise<void> =>
      withClient(databaseUrl, async (one) => {
        for (let from = next; from <= events; from = next) {
          next = Math.min(from + SEED_CHUNK, events + 1);
          await one.query(SEED_EVENTS, [from, next - 1, events]);
        }
      });
    await Promise.all([work(), work()]);
    await client.query(`SET maintenance_work_mem = '1GB'`);
    for (const { definition } of indexes) await client.query(definition.replace(' ON ONLY ', ' ON '));
    await client.query(SEED_COUNTS);
    await settings(client, null);
    await client.query('CHECKPOINT');
    await client.query('VACUUM (ANALYZE) audit.events');
    await client.query('VACUUM (ANALYZE) audit.event_counts');
    await client.query('VACUUM (ANALYZE) audit.event_day_counts');
  });
  console.log(`made ${events.toLocaleString('en')} events in ${((performance.now() - begun) / 1_000).toFixed(0)} s`);
}

/** Sets what the private server may do without while a log is made up, or takes all of it back. */
async function settings(client: Client, values: Readonly<Record<string, string>> | null): Promise<void> {
  if (values === null) await client.query('ALTER SYSTEM RESET ALL');
  for (const [name, value] of Object.entries(values ?? {})) await client.query(`ALTER SYSTEM SET ${name} = '${value}'`);
  await client.query('SELECT pg_reload_conf()');
}

async function sample(databaseUrl: string, count: number): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  await withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<Sample>(
      `SELECT realm_id, type, actor_id, client_id, subject_id, jti, ip, audit.time_of_id(id) AS at
         FROM audit.events TABLESAMPLE SYSTEM (1) ORDER BY md5(id::text) LIMIT $1`,
      [count],
    );
    samples.push(...rows);
  });
  return samples;
}

async function withClient(connectionString: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
