import type { Cluster } from '#testing';
import { Redis } from 'ioredis';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';

/** Somewhere that something could be kept, and everything in it. */
export interface HidingPlace {
  readonly name: string;
  readonly contents: Buffer;
}

/** Every file under a folder. */
export function filesOf(name: string, folder: string): readonly HidingPlace[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .flatMap((path) => {
      try {
        if (!statSync(path).isFile()) return [];
        return [{ name: `${name} ${path.slice(folder.length)}`, contents: readFileSync(path) }];
      } catch {
        // Gone meanwhile.
        return [];
      }
    });
}

/** Every row of every schema, as text; bytes are in hex there. */
export async function rowsOf(databaseUrl: string): Promise<readonly HidingPlace[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    const places: HidingPlace[] = [];
    for (const { name } of tables.rows) {
      const rows = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      places.push({ name: `table ${name}`, contents: Buffer.from(rows.rows.map(({ row }) => row).join('\n')) });
    }
    return places;
  } finally {
    await client.end();
  }
}

/** Every key of Redis with its value, whatever its type. */
export async function keysOf(redisUrl: string): Promise<readonly HidingPlace[]> {
  const redis = new Redis(redisUrl);
  try {
    const places: HidingPlace[] = [];
    for await (const keys of redis.scanStream({ count: 1_000 }) as AsyncIterable<string[]>) {
      for (const key of keys) {
        const type = await redis.type(key);
        const value =
          type === 'string'
            ? await redis.get(key)
            : type === 'hash'
              ? JSON.stringify(await redis.hgetall(key))
              : type === 'none'
                ? ''
                : `unexpected type ${type}`;
        if (value?.startsWith('unexpected type') === true) throw new Error(`${key}: ${value}`);
        places.push({ name: `Redis ${key}`, contents: Buffer.from(`${key} ${value ?? ''}`) });
      }
    }
    return places;
  } finally {
    redis.disconnect();
  }
}

/** What the metrics of a process tell. */
export async function metricsOf(managementUrl: string): Promise<HidingPlace> {
  const response = await fetch(`${managementUrl}/metrics`, { signal: AbortSignal.timeout(10_000) });
  return { name: `metrics of ${managementUrl}`, contents: Buffer.from(await response.text()) };
}

/** Everywhere that a cluster keeps or says something; a process that is stopped (`SIGSTOP`) says nothing. */
export async function clusterPlaces(cluster: Cluster, stopped: readonly number[]): Promise<readonly HidingPlace[]> {
  const running = cluster.processes().filter(({ pid }) => pid !== undefined && !stopped.includes(pid));
  const metrics = running.flatMap(({ managementUrl }) => (managementUrl === null ? [] : [managementUrl]));
  return [
    ...filesOf('log', cluster.logFolder),
    ...filesOf('NATS', cluster.nats?.folder ?? ''),
    ...filesOf('PostgreSQL', cluster.postgres?.folder ?? ''),
    ...filesOf('Redis', cluster.redis?.folder ?? ''),
    ...(await rowsOf(cluster.databaseUrl)),
    ...(await keysOf(cluster.redisUrl)),
    ...(await Promise.all(metrics.map(metricsOf))),
  ];
}
