import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startCluster, type Cluster } from '#testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { Administrator, type TestClient } from '../e2e/support/administrator.js';
import { clientCredentials, tokenOf } from '../e2e/support/protocol.js';
import { useShape } from '../e2e/support/shape.js';
import { Load } from './support/load.js';
import { missingFromLog } from './support/missing-from-log.js';
import { untilDone } from './support/until-done.js';

const CONNECTIONS = 16;
/** Clients that are disabled, one after the other, while instances die. */
const DISABLED_CLIENTS = 24;
const PAUSE_BETWEEN_FAULTS_MS = 2_000;
/** Enough that some of them go to the instance that stands still. */
const LOST_CALLS = 6;
/** How long to look for what a late call may still bring about. */
const AFTERMATH_MS = 2_000;
/** How long ingest may need to catch up after the last fault. */
const INGEST_LIMIT_MS = 30_000;

/** G1 and G2 while instances are killed and the bus is restarted, under load. */
describe('issuance under faults', () => {
  let cluster: Cluster | undefined;
  let admin: Administrator;
  let steady: readonly TestClient[];
  let victims: readonly TestClient[];
  let load: Load | undefined;
  const crashes: string[] = [];

  beforeAll(async () => {
    cluster = await startCluster({
      replicas: { tokens: 2, registry: 2 },
      silent: true,
      onCrash: (process, how) => {
        crashes.push(`${process.title} (${how}):\n${process.logTail()}`);
      },
    });
    const { baseUrls, adminUsername, adminPassword } = cluster;
    useShape({ kind: 'cluster', baseUrls, adminUsername, adminPassword });
    admin = await Administrator.signIn();
    const { name } = await admin.createRealm();
    const create = (count: number) => Promise.all(Array.from({ length: count }, () => admin.createServiceClient(name)));
    steady = await create(4);
    victims = await create(DISABLED_CLIENTS);
  }, 120_000);

  afterAll(async () => {
    await load?.finish();
    await cluster?.stop();
  }, 60_000);

  const killAndRestart = async (running: Cluster, round: number): Promise<void> => {
    const instances = running.processes('tokens');
    const instance = instances[round % instances.length];
    if (instance === undefined) throw new Error('The cluster has no tokens instance.');
    await instance.kill('SIGKILL');
    await sleep(PAUSE_BETWEEN_FAULTS_MS / 2);
    instance.spawn();
    await instance.waitUntilReady();
    await sleep(PAUSE_BETWEEN_FAULTS_MS);
  };

  /** Disables client after client, and asks for its tokens right after each call has returned. */
  const disableAll = async (traffic: Load, isOver: () => boolean): Promise<readonly string[]> => {
    const stale: string[] = [];
    for (const [index, client] of victims.entries()) {
      traffic.include(client);
      await sleep(100);
      const path = `/realms/${client.realm}/clients/${client.id}`;
      await untilDone(() => admin.ask('PATCH', path, { enabled: false }));
      const since = performance.now();
      traffic.refusedFrom(client, since);
      const answers = await Promise.all(Array.from({ length: 8 }, () => clientCredentials(client)));
      for (const { status } of answers)
        if (status === 200) stale.push(`client ${String(index)}: 200 after the disable`);
      // Spread over the faults, so that some calls meet each of them.
      if (!isOver()) await sleep(400);
    }
    return stale;
  };

  it('G1, G2, G5: clients see only 200 and 503, no token lacks its record, no disabled client gets one', async () => {
    if (cluster === undefined) throw new Error('The cluster did not start.');
    load = new Load(steady, CONNECTIONS);
    load.start();
    let faultsAreOver = false;
    const disabling = disableAll(load, () => faultsAreOver);
    for (const round of [0, 1, 2]) {
      await killAndRestart(cluster, round);
      if (round !== 1) continue;
      await cluster.nats?.kill();
      await cluster.nats?.restart();
      await sleep(PAUSE_BETWEEN_FAULTS_MS);
    }
    faultsAreOver = true;
    const stale = await disabling;
    await sleep(PAUSE_BETWEEN_FAULTS_MS);
    const result = await load.finish();

    // G5: nothing but answers, and nothing but these two for clients that are in order.
    expect(result.errors).toEqual([]);
    expect(result.unexpected).toEqual([]);
    // There was work under way all the time; how much of it is for the benchmarks to say.
    expect(result.granted).toBeGreaterThan(100);
    // Nobody else went down with those that were killed.
    expect(crashes).toEqual([]);
    // It works again as soon as the faults are over.
    const after = await Promise.all(steady.map((client) => clientCredentials(client)));
    expect(after.map(({ status }) => status)).toEqual(steady.map(() => 200));

    // G2
    expect([...stale, ...result.stale]).toEqual([]);

    // G1: the log is complete, once ingest has caught up.
    const jtis = [...result.jtis, ...after.map((answer) => tokenOf(answer).claims.jti)];
    expect(new Set(jtis).size).toBe(jtis.length);
    expect(await missingFromLog(admin, steady[0]?.realm ?? '', jtis, INGEST_LIMIT_MS)).toEqual([]);
  }, 180_000);

  it('G2: a call that its caller has given up does not come true after the opposite has returned', async () => {
    const [instance] = cluster?.processes('registry') ?? [];
    const [client] = steady;
    if (instance?.pid === undefined || client === undefined) throw new Error('The cluster did not start.');
    const enable = (enabled: boolean) =>
      admin.ask('PATCH', `/realms/${client.realm}/clients/${client.id}`, { enabled });
    await untilDone(() => enable(false));
    process.kill(instance.pid, 'SIGSTOP');
    try {
      const lost = await Promise.all(Array.from({ length: LOST_CALLS }, () => enable(true)));
      expect(lost.map(({ status }) => status)).toContain(503);
      await untilDone(() => enable(false));
    } finally {
      process.kill(instance.pid, 'SIGCONT');
    }
    const statuses = new Set<number>();
    for (const end = Date.now() + AFTERMATH_MS; Date.now() < end; await sleep(50)) {
      statuses.add((await clientCredentials(client)).status);
    }
    expect([...statuses]).toEqual([401]);
  }, 60_000);
});
