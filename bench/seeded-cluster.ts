import { startCluster, type Cluster } from '#testing';
import { randomBytes } from 'node:crypto';
import { seed, type SeedPlan } from '../scripts/seed/seed.js';
import { Requests } from './requests.js';

/** A private cluster that can be filled, and who asks it. */
export interface SeededCluster {
  readonly cluster: Cluster;
  readonly requests: Requests;
  fill(plan: SeedPlan): Promise<void>;
}

/** Starts a cluster, lets `measure` fill and measure it with at most so many requests under way, and stops it whatever comes. */
export async function withSeededCluster(
  parallel: number,
  measure: (seeded: SeededCluster) => Promise<void>,
): Promise<void> {
  console.log('starting the cluster …');
  const masterKey = randomBytes(32).toString('base64');
  const cluster = await startCluster({ silent: true, env: { CHANCERY_MASTER_KEY: masterKey } });
  const requests = new Requests(cluster.baseUrl, parallel);
  const { databaseUrl } = cluster;
  const target = { databaseUrl, masterKey, force: true, output: process.stdout, environment: {} };
  try {
    await measure({
      cluster,
      requests,
      fill: (plan) => seed(plan, target),
    });
  } finally {
    requests.close();
    await cluster.stop();
  }
}
