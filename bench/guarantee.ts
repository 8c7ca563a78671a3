import { startCluster } from '#testing';
import { NODE_OPTIONS } from '#topology';
import { fileURLToPath } from 'node:url';
import { withDescendants } from './processes.js';
import { median, spread } from './statistics.js';
import { atRest, basic, makeClient, measure, type Contender, type Measurement } from './tokens.js';

/** How it is measured. */
export interface GuaranteeBenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
}

const WAITING = 'record acknowledged before the token leaves';
const NOT_WAITING = 'record not waited for';
const STORED_LATER = 'acknowledged, log stored later';

/**
 * The price of G1: tokens/s with and without waiting for the acknowledgement of the record, by one process that is switched between
 * the two; and what storing the log on the same machine costs beside it.
 */
export async function benchGuarantee(options: GuaranteeBenchOptions): Promise<void> {
  console.log('starting the cluster …');
  const cluster = await startCluster({ silent: true });
  const [product] = cluster.processes('tokens');
  if (product === undefined) throw new Error('the cluster has no tokens service');
  const peer = product.alternative([
    ...NODE_OPTIONS,
    fileURLToPath(new URL('./peers/tokens-of-choice.js', import.meta.url)),
  ]);
  try {
    const baseUrl = cluster.baseUrls[0] ?? '';
    const client = await makeClient(baseUrl, cluster.adminUsername, cluster.adminPassword);
    await product.kill('SIGTERM');
    peer.spawn();
    await peer.waitUntilReady();
    const audit = cluster.services().flatMap(({ name, pids }) => (name === 'audit' ? pids : []));
    const storing = (): number[] => [...audit, ...withDescendants(cluster.postgres?.pid ?? 0)];
    const switchOver = (): void => void process.kill(peer.pid ?? 0, 'SIGUSR2');
    const common = {
      target: {
        url: `${baseUrl}/realms/bench/protocol/openid-connect/token`,
        body: 'grant_type=client_credentials',
        headers: { authorization: basic(client.id, client.secret) },
      },
      processes: () => ({ tokens: [peer.pid ?? 0], audit, nats: [cluster.nats?.pid ?? 0] }),
      after: () => atRest(storing),
    };
    const contenders: readonly Contender[] = [
      { ...common, name: WAITING },
      {
        ...common,
        name: NOT_WAITING,
        before: switchOver,
        after: () => {
          switchOver();
          return atRest(storing);
        },
      },
      {
        ...common,
        name: STORED_LATER,
        before: () => audit.forEach((pid) => process.kill(pid, 'SIGSTOP')),
        after: () => {
          audit.forEach((pid) => process.kill(pid, 'SIGCONT'));
          return atRest(storing);
        },
      },
    ];
    print(await rounds(contenders, options));
  } finally {
    await peer.kill();
    await cluster.stop();
  }
}

async function rounds(
  contenders: readonly Contender[],
  options: GuaranteeBenchOptions,
): Promise<ReadonlyMap<string, readonly Measurement[]>> {
  const results = new Map<string, Measurement[]>(contenders.map(({ name }) => [name, []]));
  for (const contender of contenders) await measure(contender, { ...options, seconds: Math.min(3, options.seconds) });
  for (let round = 1; round <= options.rounds; round += 1) {
    // Each goes first as often as the others, so that what the one before has left is nobody's fate.
    for (const [index] of contenders.entries()) {
      const contender = contenders[(index + round) % contenders.length];
      if (contender === undefined) continue;
      const result = await measure(contender, options);
      results.get(contender.name)?.push(result);
      const failed = result.failed > 0 ? `, ${result.failed} failed` : '';
      console.log(
        `round ${round}  ${contender.name.padEnd(46)} ${result.perSecond.toFixed(0).padStart(6)} tokens/s  p50 ${result.p50} ms  p99 ${result.p99} ms${failed}`,
      );
    }
  }
  return results;
}

function print(results: ReadonlyMap<string, readonly Measurement[]>): void {
  const rates = (name: string): number[] => (results.get(name) ?? []).map(({ perSecond }) => perSecond);
  console.log('\n| | tokens/s, median | rounds | p50 ms | p99 ms |\n|---|---|---|---|---|');
  for (const [name, runs] of results) {
    console.log(
      `| ${name} | ${median(rates(name)).toFixed(0)} | ${spread(rates(name))} | ${median(runs.map((run) => run.p50))} | ${spread(runs.map((run) => run.p99))} |`,
    );
  }
  const ratio = (of: string, to: string): string => {
    const ratios = rates(of).map((rate, round) => rate / (rates(to)[round] ?? Number.NaN));
    return `${median(ratios).toFixed(2)} (rounds ${spread(ratios, 2)})`;
  };
  console.log(`\nprice of G1: with / without waiting ${ratio(WAITING, NOT_WAITING)}`);
  console.log(`storing the log beside the load: stored at once / stored later ${ratio(WAITING, STORED_LATER)}`);
}
