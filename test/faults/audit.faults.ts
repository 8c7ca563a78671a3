import { startCluster, type Cluster, type NodeProcess } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { Administrator, unique, type RealmBody, type TestClient } from '../e2e/support/administrator.js';
import { clientCredentials, tokenOf } from '../e2e/support/protocol.js';
import { useShape } from '../e2e/support/shape.js';
import { Tail } from '../e2e/support/tail.js';
import { Auditor, recordsOf } from './support/auditor.js';
import { Load } from './support/load.js';
import { decideLongAgo, publishLate } from './support/past-events.js';
import { untilDone } from './support/until-done.js';

const CONNECTIONS = 8;
/** How often both instances are killed while they store what came in. */
const KILLS = 5;
const PATIENCE_MS = 60_000;
/** Far enough ago that what is kept for thirty days is over. */
const DAYS_AGO = 60;
const ACCESS_TOKEN_LIFETIME_SECONDS = 30;

async function until<T>(look: () => Promise<T> | T, good: (value: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(50)) {
    const value = await look();
    if (good(value)) return value;
    if (Date.now() > deadline) throw new Error(`still ${(JSON.stringify(value) ?? '').slice(0, 500)}`);
  }
}

/** Instances of the audit service die and stand still in the middle of what they do. */
describe('the audit service under faults', () => {
  let cluster: Cluster;
  let database: Client;
  let admin: Administrator;
  let realm: RealmBody;
  let client: TestClient;
  let auditor: Auditor;
  /** Open from the beginning, with a token that does not live as long as the tests. */
  let expiring: { readonly tail: Tail; readonly token: string; readonly issuedAt: number };
  const crashes: string[] = [];

  beforeAll(async () => {
    cluster = await startCluster({
      replicas: { audit: 2, gateway: 2 },
      silent: true,
      onCrash: (process, how) => {
        crashes.push(`${process.title} (${how}):\n${process.logTail()}`);
      },
    });
    const { baseUrls, adminUsername, adminPassword } = cluster;
    useShape({ kind: 'cluster', baseUrls, adminUsername, adminPassword });
    await connectDatabase();
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    client = await admin.createServiceClient(realm.name);
    auditor = await Auditor.of(admin, client.realm, baseUrls);
    const reader = await admin.createServiceClient(realm.name, {
      access_token_lifetime: ACCESS_TOKEN_LIFETIME_SECONDS,
    });
    await admin.assignRole(reader, 'viewer');
    const { token } = tokenOf(await clientCredentials(reader));
    const issuedAt = Date.now();
    const tail = await Tail.open(realm.name, token, { query: '?type=token.issued', base: baseUrls[1] ?? '' });
    expiring = { tail, token, issuedAt };
  }, 120_000);

  afterAll(async () => {
    auditor.dispose();
    await database.end();
    await cluster.stop();
    expect(crashes).toEqual([]);
  }, 60_000);

  async function connectDatabase(): Promise<void> {
    database = new Client({ connectionString: cluster.databaseUrl });
    // It is killed on purpose.
    database.on('error', () => undefined);
    await database.connect();
  }

  const restart = async (process: NodeProcess): Promise<void> => {
    process.spawn();
    await process.waitUntilReady();
  };

  /** Resolves while a batch is being stored: begun and not committed. */
  const inTheMiddleOfABatch = (): Promise<unknown> =>
    untilSeen(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
         AND xact_start IS NOT NULL AND query ~* 'audit\\.(events|tree)' AND query ~* 'insert|select'`,
    );
  const untilSeen = async (query: string): Promise<void> => {
    for (const deadline = Date.now() + PATIENCE_MS; ;) {
      if ((await database.query(query)).rows.length > 0) return;
      if (Date.now() > deadline) throw new Error('no batch was seen being stored');
    }
  };

  it('G3: killed while they store a batch they leave no gap, no double and a tree that verifies', async () => {
    const load = new Load([client], CONNECTIONS);
    load.start();
    let over = false;
    const watching = auditor.watch(() => over);
    try {
      for (let kill = 0; kill < KILLS; kill += 1) {
        await inTheMiddleOfABatch();
        await Promise.all(cluster.processes('audit').map((process) => process.kill('SIGKILL')));
        await Promise.all(cluster.processes('audit').map(restart));
      }
    } finally {
      over = true;
    }
    const { jtis, unexpected, errors } = await load.finish();
    await watching;
    // Nobody who asks for a token notices.
    expect({ unexpected, errors }).toEqual({ unexpected: [], errors: [] });
    expect(jtis.length).toBeGreaterThan(50);
    const events = await until(
      () => auditor.verifiedEvents(),
      (found) => {
        const recorded = new Set(found.map(({ jti }) => jti));
        return jtis.every((jti) => recorded.has(jti));
      },
    );
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    const issued = events.flatMap(({ type, jti }) => (type === 'token.issued' ? [jti] : []));
    expect(new Set(issued).size).toBe(issued.length);
  }, 180_000);

  /** Asks for an export and kills the database as soon as its first part is there. */
  const brokenExport = async (query: string): Promise<string> => {
    const response = await fetch(`${cluster.baseUrl}/realms/${realm.name}/audit/export${query}`, {
      headers: { authorization: `Bearer ${admin.token}` },
    });
    expect(response.status).toBe(200);
    const { postgres } = cluster;
    if (postgres === null) throw new Error('The cluster has no PostgreSQL of its own.');
    process.kill(postgres.pid, 'SIGKILL');
    const text = await response.text();
    await postgres.kill();
    await postgres.restart();
    await database.end().catch(() => undefined);
    await connectDatabase();
    return text;
  };

  it('an export that the database dies under says that it is cut off, and where it goes on', async () => {
    const whole = (await auditor.verifiedEvents()).map(({ id }) => id);
    const text = await brokenExport('');
    const last = JSON.parse(text.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
    expect(last).toMatchObject({ kind: 'error', error: expect.any(String), after: expect.stringMatching(/^\d+$/) });
    await expect(auditor.verify(text)).rejects.toThrow(/NOT SOUND/);
    const had = recordsOf(text).map(({ id }) => id);
    expect(had.length).toBe(Number(last['after']));
    expect(had.length).toBeLessThan(whole.length);
    const rest = (await auditor.verifiedEvents(had.length)).map(({ id }) => id);
    expect([...had, ...rest].slice(0, whole.length)).toEqual(whole);
  }, 120_000);

  it('so does one by a filter', async () => {
    const filter = `type=token.issued&to=${encodeURIComponent(new Date().toISOString())}`;
    const lines = (text: string) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { kind: string; after?: string; event?: { id: string } });
    const idsOf = (text: string) => lines(text).flatMap(({ event }) => event?.id ?? []);
    const ask = async (query: string): Promise<string> =>
      (await untilDone(() => admin.ask('GET', `/realms/${realm.name}/audit/export?${query}`))).text;
    const whole = await ask(filter);
    expect(lines(whole).at(-1)).toMatchObject({ kind: 'end' });
    const text = await brokenExport(`?${filter}`);
    const last = lines(text).at(-1);
    expect(last).toMatchObject({ kind: 'error', after: expect.any(String) });
    const rest = await ask(`${filter}&after=${encodeURIComponent(last?.after ?? '')}`);
    expect([...idsOf(text), ...idsOf(rest)]).toEqual(idsOf(whole));
  }, 120_000);

  it('G3: what retention drops is accounted for, and what remains verifies', async () => {
    const aged = await admin.createRealm();
    const inAged = await admin.createServiceClient(aged.name);
    const { jti: before } = tokenOf(await clientCredentials(inAged)).claims;
    const [like] = await admin.auditEvents(aged.name, { jti: before });
    if (like === undefined) throw new Error('A token without its record.');
    await decideLongAgo(database, aged.id, DAYS_AGO);
    const old = Array.from({ length: 300 }, () => unique('old'));
    await publishLate(cluster, like, DAYS_AGO, old.slice(0, 150));
    await admin.auditEvents(aged.name, { jti: old[149] ?? '' });
    const ofAged = await Auditor.of(admin, aged.name, cluster.baseUrls);
    try {
      await publishLate(cluster, like, DAYS_AGO, old.slice(150));
      await admin.auditEvents(aged.name, { jti: old[299] ?? '' });
      const { jti: after } = tokenOf(await clientCredentials(inAged)).claims;
      await admin.auditEvents(aged.name, { jti: after });
      // It is applied when an instance starts, and every hour.
      await Promise.all(cluster.processes('audit').map((process) => process.restart()));
      const [told] = await admin.auditEvents(aged.name, { type: 'audit.retention_applied' });
      expect(told).toMatchObject({ details: { retention: '30d', events: old.length } });
      const { text } = await untilDone(() => admin.ask('GET', `/realms/${aged.name}/audit/export`));
      const summary = await ofAged.verify(text);
      expect(summary).toMatch(/^sound: /);
      expect(summary).toMatch(/dropped +300\b/);
      expect(summary).not.toContain('note:');
      const kept = recordsOf(text).flatMap(({ jti }) => jti ?? []);
      expect(kept).toEqual([before, after]);
    } finally {
      ofAged.dispose();
    }
  }, 120_000);

  it('a tail ends when its gateway is told to stop, and goes on at another with nothing left out', async () => {
    const reader = await admin.createServiceClient(realm.name);
    await admin.assignRole(reader, 'viewer');
    const [first, second] = cluster.baseUrls;
    const [gateway] = cluster.processes('gateway');
    if (first === undefined || second === undefined || gateway === undefined)
      throw new Error('Two gateways are needed.');
    const { token } = tokenOf(await clientCredentials(reader));
    const roles: string[] = [];
    const makeRole = async (base: string): Promise<void> => {
      const name = unique('role');
      roles.push(name);
      await admin.done('POST', `/realms/${realm.name}/roles`, { name, permissions: [] }, { base });
    };
    const open = async (base: string, lastEventId?: string) => {
      const query = '?type=role.created';
      const tail = await Tail.open(realm.name, token, {
        query,
        base,
        ...(lastEventId === undefined ? {} : { lastEventId }),
      });
      expect(tail.status).toBe(200);
      return tail;
    };
    const seen = (tail: Tail) => tail.messages.filter(({ event }) => event !== 'end').map(({ data }) => data);

    const tail = await open(first);
    await makeRole(second);
    await until(
      () => seen(tail),
      (got) => got.length === 1,
    );
    await gateway.kill('SIGTERM');
    await until(
      () => tail.ended,
      (ended) => ended,
    );
    await makeRole(second);
    const resumed = await open(second, tail.lastEventId);
    await makeRole(second);
    await until(
      () => seen(resumed),
      (got) => got.length >= 2,
    );
    expect([...seen(tail), ...seen(resumed)].map((data, index) => data.includes(`"${roles[index] ?? ''}"`))).toEqual(
      roles.map(() => true),
    );
    resumed.close();
    await restart(gateway);
  }, 120_000);

  it('a tail bears with every outage, and ends with its token', async () => {
    const { tail, token, issuedAt } = expiring;
    await until(
      () => tail.ended,
      (ended) => ended,
    );
    expect((tail.endedAt ?? 0) - issuedAt).toBeGreaterThan((ACCESS_TOKEN_LIFETIME_SECONDS - 2) * 1_000);
    expect(tail.messages.at(-1)).toMatchObject({ event: 'end' });
    expect(tail.messages.length).toBeGreaterThan(1);
    expect((await Tail.open(realm.name, token, { base: cluster.baseUrls[1] ?? '' })).status).toBe(401);
  }, 120_000);
});
