import { startCluster, type Cluster } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { Administrator, unique, type TestClient } from '../e2e/support/administrator.js';
import { clientCredentials } from '../e2e/support/protocol.js';
import { useShape } from '../e2e/support/shape.js';
import { Auditor, type ExportedEvent } from './support/auditor.js';
import { faultPlan, faultText } from './support/fault-plan.js';
import { Load } from './support/load.js';
import { answerOrNone, isNoAnswer, type NoAnswer } from './support/no-answer.js';
import { Striker } from './support/striker.js';
import { untilDone } from './support/until-done.js';

/** `npm run test:faults -- --minutes 10 --seed 7`; in `npm test` a short run with a seed of its own. */
const MINUTES = Number(process.env['CHANCERY_FAULT_MINUTES'] ?? '0.4');
const SEED = Number(process.env['CHANCERY_FAULT_SEED'] ?? randomInt(2 ** 31));
const CONNECTIONS = 12;
/** How long everybody may need to be well again, and the log to have everything, when the last fault is over. */
const RECOVERY_MS = 120_000;

/** Anybody may die or stand still at any time: what clients were given is in the log, once, and nothing else is lost either. */
describe(`random faults for ${String(MINUTES)} minutes with seed ${String(SEED)}`, () => {
  let cluster: Cluster;
  let admin: Administrator;
  let clients: readonly TestClient[];
  let load: Load | undefined;
  let auditors: readonly Auditor[] = [];
  const crashes: string[] = [];

  beforeAll(async () => {
    cluster = await startCluster({
      replicas: { gateway: 2, tokens: 2, audit: 2, registry: 2 },
      silent: true,
      onCrash: (process, how) => {
        crashes.push(`${process.title} (${how}):\n${process.logTail()}`);
      },
    });
    const { baseUrls, adminUsername, adminPassword } = cluster;
    useShape({ kind: 'cluster', baseUrls, adminUsername, adminPassword });
    admin = await Administrator.signIn();
    await admin.done('PUT', '/realms/master/settings', { access_token_lifetime: 7_200 });
    admin = await Administrator.signIn();
    // Two trees, which the batches that come in are divided between.
    const realms = [(await admin.createRealm()).name, (await admin.createRealm()).name];
    clients = await Promise.all([...realms, ...realms].map((realm) => admin.createServiceClient(realm)));
    auditors = await Promise.all(realms.map((realm) => Auditor.of(admin, realm, baseUrls)));
  }, 120_000);

  afterAll(async () => {
    await load?.finish();
    for (const auditor of auditors) auditor.dispose();
    await cluster.stop();
  }, 60_000);

  /** Registers clients without end; what was answered 201 must be in the log, once. */
  const register = async (realm: string, unanswered: NoAnswer[], isOver: () => boolean): Promise<readonly string[]> => {
    const made: string[] = [];
    while (!isOver()) {
      const client_id = unique('made');
      const answer = await answerOrNone(cluster.baseUrl, () =>
        admin.ask('POST', `/realms/${realm}/clients`, { name: client_id, client_id }),
      );
      if (isNoAnswer(answer)) unanswered.push(answer);
      else if (answer.status === 201) made.push(client_id);
      else expect([503]).toContain(answer.status);
      await sleep(50);
    }
    return made;
  };

  /** How many events of a type the search finds. */
  const found = async (realm: string, type: string): Promise<number> => {
    const period = { from: new Date(Date.now() - 3_600_000 * 6), to: new Date(Date.now() + 3_600_000) };
    const query = new URLSearchParams({ type, from: period.from.toISOString(), to: period.to.toISOString() });
    const answer = await untilDone(() => admin.ask('GET', `/realms/${realm}/audit/histogram?${query.toString()}`));
    const { data } = answer.body as { data: { buckets: readonly { counts: readonly { count: number }[] }[] } };
    return data.buckets.flatMap(({ counts }) => counts).reduce((sum, { count }) => sum + count, 0);
  };

  /** Every record of both realms, verified, once everything that clients were given is among them. */
  const wholeLog = async (jtis: readonly string[], made: readonly string[]): Promise<readonly ExportedEvent[]> => {
    for (const deadline = Date.now() + RECOVERY_MS; ; await sleep(1_000)) {
      const events: ExportedEvent[] = [];
      for (const auditor of auditors) events.push(...(await auditor.verifiedEvents()));
      const recorded = new Set(
        events.flatMap(({ type, jti, client_id }) => (type === 'client.created' ? client_id : jti)),
      );
      const missing = [...jtis, ...made].filter((id) => !recorded.has(id));
      // What nobody received may enter the log a little later; then the search has more than the export before it.
      const counts = await Promise.all(auditors.map((auditor) => found(auditor.realm, 'token.issued')));
      const issued = events.filter(({ type }) => type === 'token.issued').length;
      const inSearch = counts.reduce((sum, count) => sum + count, 0);
      if (missing.length === 0 && inSearch === issued) return events;
      if (Date.now() > deadline) {
        throw new Error(`${String(issued)} in the log, ${String(inSearch)} found; not there: ${missing.join(' ')}`);
      }
    }
  };

  it(
    'G1: what was received is in the log, once; nobody crashes who was not killed; all works again by itself',
    async () => {
      const realm = clients[0]?.realm ?? '';
      const until = Date.now() + MINUTES * 60_000;
      let over = false;
      load = new Load(clients, CONNECTIONS, cluster.baseUrls);
      load.start();
      const striker = new Striker(cluster, RECOVERY_MS);
      const unanswered: NoAnswer[] = [];
      const registering = register(realm, unanswered, () => over);
      const watching = Promise.all(auditors.map((auditor) => auditor.watch(() => over)));
      const told: string[] = [];
      for (const fault of faultPlan(SEED)) {
        await sleep(fault.pauseMs);
        if (Date.now() >= until) break;
        told.push(faultText(fault));
        if (MINUTES >= 1) process.stderr.write(`  ${new Date().toISOString()} ${faultText(fault)}\n`);
        await striker.strike(fault);
      }
      try {
        await Promise.all(cluster.processes().map((each) => each.waitUntilReady(RECOVERY_MS)));
        for (const client of clients) await untilDone(() => clientCredentials(client));
        over = true;
        const result = await load.finish();
        const made = await registering;
        await watching;
        expect(result.unexpected).toEqual([]);
        expect(striker.unexplained([...result.errors, ...unanswered])).toEqual([]);
        expect(result.granted).toBeGreaterThan(100);
        expect(crashes).toEqual([]);
        expect(new Set(result.jtis).size).toBe(result.jtis.length);

        const log = await wholeLog(result.jtis, made);
        const issued = log.filter(({ type }) => type === 'token.issued').map(({ jti }) => jti);
        expect(new Set(issued).size).toBe(issued.length);
        const created = log
          .filter(({ type }) => type === 'client.created')
          // The system clients have the same names in both.
          .map((event) => `${String(event['realm_id'])} ${String(event.client_id)}`);
        expect(new Set(created).size).toBe(created.length);
        expect(new Set(log.map(({ id }) => id)).size).toBe(log.length);
        expect(await setAside()).toBe(0);
        process.stderr.write(
          `  seed ${String(SEED)}: ${String(told.length)} faults, ${String(result.granted)} tokens, ${String(result.unavailable)} answers 503, ${String(result.errors.length)} without answer, ${String(made.length)} clients made, ${String(log.length)} records verified against ${String(auditors.reduce((sum, { checkpoints }) => sum + checkpoints, 0))} checkpoints\n`,
        );
      } catch (error) {
        process.stderr.write(
          `  failed with CHANCERY_FAULT_SEED=${String(SEED)} CHANCERY_FAULT_MINUTES=${String(MINUTES)}\n  ${told.join('\n  ')}\n${crashes.join('\n')}\n`,
        );
        throw error;
      }
    },
    MINUTES * 60_000 + 4 * RECOVERY_MS,
  );

  async function setAside(): Promise<number> {
    const database = new Client({ connectionString: cluster.databaseUrl });
    await database.connect();
    try {
      const result = await database.query<{ count: number }>('SELECT count(*)::int AS count FROM audit.poison');
      return result.rows[0]?.count ?? -1;
    } finally {
      await database.end();
    }
  }
});
