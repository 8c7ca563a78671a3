import { connect, type NatsConnection } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startCluster, type Cluster } from '#testing';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { Administrator, unique, type Page, type TestClient } from '../e2e/support/administrator.js';
import type { Answer } from '../e2e/support/http.js';
import { clientCredentials, tokenOf } from '../e2e/support/protocol.js';
import { useShape } from '../e2e/support/shape.js';
import { Standalone } from '../e2e/support/standalone.js';
import { missingFromLog } from './support/missing-from-log.js';
import { SmallDisk } from './support/small-disk.js';
import { untilDone } from './support/until-done.js';

const STREAM = 'AUDIT';
/** What a refusal may take while nothing can be recorded: nobody queues for a stream that takes nothing. */
const QUICK_MS = 1_000;
const INGEST_LIMIT_MS = 30_000;
const onDisk = SmallDisk.isPossible ? it : it.skip;

/** Asks for tokens, one after the other, and keeps what it got. */
class Clerk {
  readonly jtis: string[] = [];

  constructor(private readonly client: TestClient) {}

  /** How long the answer took, and which it was. */
  async ask(): Promise<{ readonly status: number; readonly milliseconds: number; readonly answer: Answer }> {
    const start = performance.now();
    const answer = await clientCredentials(this.client);
    if (answer.status === 200) this.jtis.push(tokenOf(answer).claims.jti);
    else
      expect({ status: answer.status, retryAfter: answer.headers.get('retry-after') }).toEqual({
        status: 503,
        retryAfter: '1',
      });
    return { status: answer.status, milliseconds: performance.now() - start, answer };
  }

  /** Until an answer has this status. @throws Error when it does not come. */
  async until(status: number, timeoutMs = 30_000): Promise<void> {
    for (const deadline = Date.now() + timeoutMs; ; await sleep(20)) {
      if ((await this.ask()).status === status) return;
      if (Date.now() > deadline) throw new Error(`no ${String(status)} within ${String(timeoutMs)} ms`);
    }
  }

  /** While nothing can be recorded: 503 each time, and soon. */
  async expectQuickRefusals(count: number, mayWait = 3): Promise<void> {
    const slow: number[] = [];
    for (let n = 0; n < count; n += 1) {
      const { status, milliseconds } = await this.ask();
      expect(status).toBe(503);
      if (milliseconds > QUICK_MS) slow.push(Math.round(milliseconds));
    }
    // Those who try whether it works again wait a little longer.
    expect(slow.length <= mayWait ? [] : slow).toEqual([]);
  }
}

describe('while nothing can be recorded', () => {
  let cluster: Cluster;
  let nats: NatsConnection;
  let database: Client;
  let disk: SmallDisk | null = null;
  let admin: Administrator;
  let client: TestClient;
  const crashes: string[] = [];

  beforeAll(async () => {
    disk = SmallDisk.isPossible ? SmallDisk.inFile(96) : null;
    cluster = await startCluster({
      silent: true,
      backends: { natsFolder: disk?.folder },
      onCrash: (process, how) => {
        crashes.push(`${process.title} (${how}):\n${process.logTail()}`);
      },
    });
    const { baseUrls, adminUsername, adminPassword } = cluster;
    useShape({ kind: 'cluster', baseUrls, adminUsername, adminPassword });
    const url = new URL(cluster.natsUrlOf('audit'));
    nats = await connect({
      servers: url.host,
      user: url.username,
      pass: url.password,
      inboxPrefix: '_INBOX_audit',
      maxReconnectAttempts: -1,
    });
    database = new Client({ connectionString: cluster.databaseUrl });
    await database.connect();
    admin = await Administrator.signIn();
    client = await admin.createServiceClient((await admin.createRealm()).name);
  }, 120_000);

  afterAll(async () => {
    await nats.close();
    await database.end();
    await cluster.stop();
    disk?.remove();
    expect(crashes).toEqual([]);
  }, 60_000);

  const nothingIsLost = async (clerk: Clerk): Promise<void> => {
    expect(new Set(clerk.jtis).size).toBe(clerk.jtis.length);
    expect(await missingFromLog(admin, client.realm, clerk.jtis, INGEST_LIMIT_MS)).toEqual([]);
  };

  it('G1: a full stream means 503 at once and no token; when it has room again tokens come by themselves', async () => {
    const clerk = new Clerk(client);
    const [audit] = cluster.processes('audit');
    if (audit?.pid === undefined) throw new Error('The cluster has no audit service.');
    const manager = await jetstreamManager(nats, { checkAPI: false });
    await clerk.until(200);
    // Nobody empties it meanwhile.
    process.kill(audit.pid, 'SIGSTOP');
    try {
      const { state } = await manager.streams.info(STREAM);
      await manager.streams.update(STREAM, { max_bytes: state.bytes + 20_000 });
      await clerk.until(503);
      await sleep(1_000);
      await clerk.expectQuickRefusals(60);
    } finally {
      process.kill(audit.pid, 'SIGCONT');
    }
    await clerk.until(200);
    await manager.streams.update(STREAM, { max_bytes: 1_073_741_824 });
    await nothingIsLost(clerk);
  }, 90_000);

  it('a change waits in the outbox while the stream is full, and is in the log afterwards', async () => {
    const [audit] = cluster.processes('audit');
    if (audit?.pid === undefined) throw new Error('The cluster has no audit service.');
    const manager = await jetstreamManager(nats, { checkAPI: false });
    process.kill(audit.pid, 'SIGSTOP');
    let changed: TestClient;
    try {
      const { state } = await manager.streams.info(STREAM);
      await manager.streams.update(STREAM, { max_bytes: Math.max(state.bytes, 1) });
      await new Clerk(client).until(503);
      changed = await admin.createServiceClient(client.realm);
    } finally {
      process.kill(audit.pid, 'SIGCONT');
      await manager.streams.update(STREAM, { max_bytes: 1_073_741_824 });
    }
    expect(await admin.auditEvents(client.realm, { type: 'client.created', client_id: changed.clientId })).toHaveLength(
      1,
    );
  }, 90_000);

  it('what is no event is set aside, counted and shown, and holds up nobody', async () => {
    const { host, username, password } = new URL(cluster.natsUrlOf('tokens'));
    const tokens = await connect({ servers: host, user: username, pass: password, inboxPrefix: '_INBOX_tokens' });
    const payloads = ['no JSON at all', '{"id":"no list"}', `[{"id":"no event","word":"${unique('poison')}"}]`];
    try {
      for (const payload of payloads) {
        const answer = await tokens.request('audit.event.recorded.v1', payload, { timeout: 2_000 });
        expect(answer.json()).toMatchObject({ stream: STREAM });
      }
    } finally {
      await tokens.close();
    }
    const clerk = new Clerk(client);
    await clerk.until(200);
    await nothingIsLost(clerk);
    const path = '/realms/master/audit/poison';
    const list = () => admin.done<Page<{ payload: string; error: string; digest: string }>>('GET', path);
    const deadline = Date.now() + INGEST_LIMIT_MS;
    let found = await list();
    while (found.page.total < payloads.length && Date.now() < deadline) found = await list();
    expect(found.data.map(({ payload }) => payload)).toEqual(
      expect.arrayContaining(payloads.map((payload) => expect.stringContaining(payload.replace(/^\[|\]$/g, '')))),
    );
    for (const { error, digest } of found.data) {
      expect(error).not.toBe('');
      expect(cluster.processes('audit')[0]?.log()).toContain(digest);
    }
    const metrics = await fetch(`${cluster.processes('audit')[0]?.managementUrl ?? ''}/metrics`);
    expect(await metrics.text()).toMatch(/chancery_audit_poison_total 3\b/);
    // Only for those who operate the product.
    const auditor = await admin.createServiceClient(client.realm);
    await admin.assignRole(auditor, 'admin');
    const stranger = new Administrator(tokenOf(await clientCredentials(auditor)).token);
    expect((await stranger.ask('GET', path)).status).toBe(403);
  }, 60_000);

  it('a read-only database takes nothing from the log: tokens are issued, changes answered 503, all is there later', async () => {
    const clerk = new Clerk(client);
    await clerk.until(200);
    const readOnly = async (value: 'on' | 'off'): Promise<void> => {
      await database.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
      await database.query('SELECT pg_reload_conf()');
    };
    await readOnly('on');
    try {
      await sleep(500);
      for (let n = 0; n < 20; n += 1) expect((await clerk.ask()).status).toBe(200);
      const change = await admin.ask('PATCH', `/realms/${client.realm}/clients/${client.id}`, { name: 'Another' });
      expect(change.status).toBe(503);
      expect((await admin.ask('GET', `/realms/${client.realm}/clients/${client.id}`)).status).toBe(200);
    } finally {
      await readOnly('off');
    }
    await untilDone(() => admin.ask('PATCH', `/realms/${client.realm}/clients/${client.id}`, { name: 'Another' }));
    await nothingIsLost(clerk);
  }, 90_000);

  it('with NATS away the answer is 503, and tokens come by themselves when it is back', async () => {
    const clerk = new Clerk(client);
    await clerk.until(200);
    await cluster.nats?.kill();
    await clerk.until(503);
    await clerk.expectQuickRefusals(20);
    await cluster.nats?.restart();
    await clerk.until(200);
    await nothingIsLost(clerk);
  }, 90_000);

  onDisk(
    'G1: JetStream on a disk that refuses writes means 503 and no token; a new disk and it works',
    async () => {
      if (disk === null) return;
      const clerk = new Clerk(client);
      await clerk.until(200);
      // What was acknowledged is with the log before the disk is lost with it.
      await nothingIsLost(clerk);
      disk.refuseWrites();
      await clerk.until(503);
      await sleep(4_000);
      await clerk.expectQuickRefusals(40, 10);
      await cluster.nats?.kill();
      disk.repair();
      await cluster.nats?.restart();
      await clerk.until(200);
      await nothingIsLost(clerk);
    },
    120_000,
  );

  onDisk(
    'JetStream on a full disk means 503 and no token; with room, and NATS restarted, it works',
    async () => {
      if (disk === null) return;
      const clerk = new Clerk(client);
      await clerk.until(200);
      // What comes from here on may be acknowledged without being written; see below.
      const before = clerk.jtis.length;
      const [audit] = cluster.processes('audit');
      if (audit?.pid === undefined) throw new Error('The cluster has no audit service.');
      // What the log takes would make room again.
      process.kill(audit.pid, 'SIGSTOP');
      try {
        disk.fill();
        await clerk.until(503, 60_000);
        await sleep(4_000);
        // NATS 2.9 refuses, or keeps the connection that published waiting: then the answer comes when the time of the request is over.
        const answers = await Promise.all(Array.from({ length: 10 }, () => clerk.ask()));
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503));
        disk.free();
      } finally {
        process.kill(audit.pid, 'SIGCONT');
      }
      // JetStream does not come out of this by itself; its health check tells whoever watches over it.
      await cluster.nats?.kill();
      await cluster.nats?.restart();
      await clerk.until(200);
      // NATS 2.9 acknowledges messages at which it finds the disk full, though it cannot write them (docs/operations.md says how to keep
      // it from getting there: a limit below the size of the disk). Nothing else is lost: neither what was before, nor what came after.
      const perhaps = new Set(clerk.jtis.slice(before, -1));
      const missing = await missingFromLog(admin, client.realm, clerk.jtis, 10_000);
      expect(missing.filter((jti) => !perhaps.has(jti))).toEqual([]);
    },
    240_000,
  );
});

describe('on a disk that is full', () => {
  let disk: SmallDisk | undefined;
  afterEach(() => disk?.remove());

  onDisk(
    'G1: PostgreSQL: changes are answered 503, tokens are issued, and all is in the log when there is room',
    async () => {
      disk = SmallDisk.inMemory(320);
      const cluster = await startCluster({ silent: true, backends: { postgresFolder: disk.folder } });
      try {
        const { baseUrls, adminUsername, adminPassword } = cluster;
        useShape({ kind: 'cluster', baseUrls, adminUsername, adminPassword });
        const admin = await Administrator.signIn();
        const client = await admin.createServiceClient((await admin.createRealm()).name);
        const clerk = new Clerk(client);
        await clerk.until(200);
        disk.fill();
        const statuses = new Set<number>();
        // Pages that have room take some more.
        for (const deadline = Date.now() + 30_000; !statuses.has(503) && Date.now() < deadline;) {
          const made = await admin.ask('POST', `/realms/${client.realm}/roles`, {
            name: `r${String(Math.random())}`,
            description: 'x'.repeat(1_900),
            permissions: [],
          });
          statuses.add(made.status);
        }
        expect([...statuses].toSorted()).toEqual([201, 503]);
        for (let n = 0; n < 50; n += 1) expect((await clerk.ask()).status).toBe(200);
        disk.free();
        if (cluster.postgres?.pid === 0) await cluster.postgres.restart();
        await untilDone(() =>
          admin.ask('POST', `/realms/${client.realm}/roles`, { name: 'afterwards', permissions: [] }),
        );
        expect(await missingFromLog(admin, client.realm, clerk.jtis, INGEST_LIMIT_MS)).toEqual([]);
      } finally {
        await cluster.stop();
      }
    },
    180_000,
  );

  onDisk(
    'G1: one process: 503 at once and no token, no crash, also after kill -9; tokens when there is room',
    async () => {
      const root = join(import.meta.dirname, '..', '..');
      execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] });
      disk = SmallDisk.inMemory(160);
      const program = await Standalone.start(root, { parent: disk.folder });
      try {
        useShape(program.shape);
        const admin = await Administrator.signIn();
        const client = await admin.createServiceClient((await admin.createRealm()).name);
        const clerk = new Clerk(client);
        await clerk.until(200);
        disk.fill();
        await clerk.until(503);
        await sleep(1_000);
        await clerk.expectQuickRefusals(60);
        expect(program.isRunning).toBe(true);
        await program.kill();
        await program.run();
        await clerk.expectQuickRefusals(20, 20);
        disk.free();
        await clerk.until(200);
        expect(await missingFromLog(admin, client.realm, clerk.jtis, INGEST_LIMIT_MS)).toEqual([]);
      } finally {
        await program.stop();
      }
    },
    180_000,
  );
});
