import { startCluster, startNats } from '#testing';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LoadResult, LoadTarget } from './load.js';
import { cpuMicroseconds, firstLine, machineCpuMicroseconds, startPeer, withDescendants } from './processes.js';
import { median, spread } from './statistics.js';

/** How the comparison runs. */
export interface TokenBenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly tokens: number;
}

const CHANCERY = 'chancery';
const CHANCERY_STORED_LATER = 'chancery, log stored later';

/** Something that issues tokens, and how to measure it. */
export interface Contender {
  readonly name: string;
  readonly target: Omit<LoadTarget, 'connections' | 'seconds'>;
  readonly processes: () => Readonly<Record<string, readonly number[]>>;
  /** Around each measurement; `after` resolves when the contender is at rest again. */
  readonly before?: () => void;
  readonly after?: () => Promise<void>;
}

/** What came of one measurement. */
export interface Measurement extends LoadResult {
  readonly cpuPerToken: Readonly<Record<string, number>>;
}

/** The `Authorization` of a client. */
export const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

/** `client_credentials` through the cluster beside the bare pipeline and oidc-provider, interleaved in one run. */
export async function benchTokens(options: TokenBenchOptions): Promise<void> {
  console.log('starting the cluster and the peers …');
  const cluster = await startCluster({ tokens: options.tokens, silent: true });
  const nats = await startNats();
  const signer = await startPeer('./peers/bare-signer.js', nats.url);
  const front = await startPeer('./peers/bare-gateway.js', nats.url);
  const oidc = await startPeer('./peers/oidc-provider.js');
  try {
    const baseUrl = cluster.baseUrls[0] ?? '';
    const client = await makeClient(baseUrl, cluster.adminUsername, cluster.adminPassword);
    const storing = (): number[] => [
      ...cluster.services().flatMap(({ name, pids }) => (name === 'audit' ? pids : [])),
      ...withDescendants(cluster.postgres?.pid ?? 0),
    ];
    const chancery: Contender = {
      name: CHANCERY,
      target: {
        url: `${baseUrl}/realms/bench/protocol/openid-connect/token`,
        body: 'grant_type=client_credentials',
        headers: { authorization: basic(client.id, client.secret) },
      },
      processes: () => ({
        ...Object.fromEntries(cluster.services().map((service) => [service.name, service.pids])),
        nats: [cluster.nats?.pid ?? 0],
        redis: [cluster.redis?.pid ?? 0],
        postgres: withDescendants(cluster.postgres?.pid ?? 0),
      }),
      after: () => atRest(storing),
    };
    const audit = cluster.services().flatMap(({ name, pids }) => (name === 'audit' ? pids : []));
    const contenders: readonly Contender[] = [
      chancery,
      {
        // Each record is durable in JetStream before its token leaves, as always; the log's database takes them afterwards, as it
        // would on a machine of its own.
        ...chancery,
        name: CHANCERY_STORED_LATER,
        before: () => audit.forEach((pid) => process.kill(pid, 'SIGSTOP')),
        after: () => {
          audit.forEach((pid) => process.kill(pid, 'SIGCONT'));
          return atRest(storing);
        },
      },
      {
        name: 'bare pipeline',
        target: {
          url: `http://127.0.0.1:${String(front.ready['port'])}/token`,
          body: 'grant_type=client_credentials',
          headers: {},
        },
        processes: () => ({ gateway: [front.pid], signer: [signer.pid], nats: [nats.pid] }),
      },
      {
        name: 'oidc-provider',
        target: {
          url: `http://127.0.0.1:${String(oidc.ready['port'])}/token`,
          body: 'grant_type=client_credentials',
          headers: { authorization: basic('bench', 'bench-secret') },
        },
        processes: () => ({ 'oidc-provider': [oidc.pid] }),
      },
    ];
    await compare(contenders, options);
  } finally {
    for (const peer of [signer, front, oidc]) peer.process.kill('SIGKILL');
    await nats.stop();
    await cluster.stop();
  }
}

async function compare(contenders: readonly Contender[], options: TokenBenchOptions): Promise<void> {
  const results = new Map<string, Measurement[]>(contenders.map(({ name }) => [name, []]));
  for (const contender of contenders) await measure(contender, { ...options, seconds: 3 });
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const contender of contenders) {
      const result = await measure(contender, options);
      results.get(contender.name)?.push(result);
      const failed = result.failed > 0 ? `, ${result.failed} failed` : '';
      console.log(
        `round ${round}  ${contender.name.padEnd(26)} ${result.perSecond.toFixed(0).padStart(6)} tokens/s  p50 ${result.p50} ms  p99 ${result.p99} ms${failed}`,
      );
    }
  }
  print(results);
}

/** Measures once, with what has to be done before and after. */
export async function measure(
  contender: Contender,
  options: Pick<TokenBenchOptions, 'seconds' | 'connections'>,
): Promise<Measurement> {
  const processes = contender.processes();
  const used = (): Record<string, number> => ({
    ...Object.fromEntries(
      Object.entries(processes).map(([name, pids]) => [name, pids.reduce((sum, pid) => sum + cpuMicroseconds(pid), 0)]),
    ),
    // The load generator and the kernel's own work included.
    'whole machine': machineCpuMicroseconds(),
  });
  contender.before?.();
  const before = used();
  const target: LoadTarget = { ...contender.target, connections: options.connections, seconds: options.seconds };
  const load = spawn(process.execPath, [fileURLToPath(new URL('./load.js', import.meta.url)), JSON.stringify(target)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const result = (await firstLine(load, (options.seconds + 30) * 1_000)) as unknown as LoadResult;
  const after = used();
  await contender.after?.();
  return {
    ...result,
    cpuPerToken: Object.fromEntries(
      Object.keys(before).map((name) => [name, ((after[name] ?? 0) - (before[name] ?? 0)) / Math.max(result.ok, 1)]),
    ),
  };
}

function print(results: ReadonlyMap<string, readonly Measurement[]>): void {
  const rates = (name: string): number[] => (results.get(name) ?? []).map(({ perSecond }) => perSecond);
  console.log(
    '\n| | tokens/s, median | rounds | p50 ms | p99 ms | CPU µs per token, by process |\n|---|---|---|---|---|---|',
  );
  for (const [name, runs] of results) {
    const processes = Object.keys(runs[0]?.cpuPerToken ?? {});
    const cpu = processes
      .map((process) => ({ process, used: median(runs.map((run) => run.cpuPerToken[process] ?? 0)) }))
      .filter(({ used }) => used >= 0.5)
      .map(({ process, used }) => `${process} ${used.toFixed(0)}`);
    console.log(
      `| ${name} | ${median(rates(name)).toFixed(0)} | ${spread(rates(name))} | ${median(runs.map((run) => run.p50))} | ${spread(runs.map((run) => run.p99))} | ${cpu.join(' · ')} |`,
    );
  }
  for (const ours of [CHANCERY, CHANCERY_STORED_LATER]) {
    for (const peer of ['bare pipeline', 'oidc-provider']) {
      const ratios = rates(ours).map((rate, round) => rate / (rates(peer)[round] ?? Number.NaN));
      console.log(`\n${ours} / ${peer}: ${median(ratios).toFixed(2)} (rounds ${spread(ratios, 2)})`);
    }
  }
}

/** Waits until processes have next to nothing to do, so that what one contender left is not counted against the next. */
export async function atRest(pids: () => readonly number[]): Promise<void> {
  const used = (): number => pids().reduce((sum, pid) => sum + cpuMicroseconds(pid), 0);
  for (let tries = 0; tries < 120; tries += 1) {
    const before = used();
    await sleep(500);
    if (used() - before < 25_000) return;
  }
}

/** Registers the realm `bench` and a confidential client with a service account, as an administrator would. */
export async function makeClient(
  baseUrl: string,
  username: string,
  password: string,
): Promise<{ id: string; secret: string }> {
  const signIn = await fetch(`${baseUrl}/realms/master/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', username, password }),
  });
  const { access_token: token } = (await signIn.json()) as { access_token: string };
  const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${baseUrl}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  await post('/realms', { name: 'bench' });
  const client = await post('/realms/bench/clients', {
    name: 'bench',
    client_id: 'bench',
    service_account_enabled: true,
  });
  return { id: 'bench', secret: String(client['client_secret']) };
}
