import { SERVICE_NAMES, type ServiceName } from '#contracts';
import { startCluster, type Cluster } from '#testing';
import { firstSteps, SETTING_NAMES } from '#topology';
import { constants } from 'node:os';
import { parseArgs } from 'node:util';

const USAGE = `Usage: npm run cluster [-- options]

Starts the distributed shape on this machine: PostgreSQL, Redis and NATS of its own in a temporary folder, and every
service as a process. Ctrl-C stops all of it and leaves nothing behind.

${SERVICE_NAMES.map((name) => `  --${`${name} N`.padEnd(14)} processes of ${name} (1)`).join('\n')}
  --port P         port of the first gateway; further ones follow (8080)
  --help           this text

Where these are set, they are used instead of a server of its own: CHANCERY_DATABASE_URL, CHANCERY_REDIS_URL,
CHANCERY_NATS_URL. Other CHANCERY_ settings are handed to the services that take them.`;

interface Options {
  readonly replicas: Partial<Record<ServiceName, number>>;
  readonly port: number;
}

class UsageError extends Error {}

function readOptions(args: readonly string[]): Options | null {
  const counts = Object.fromEntries(SERVICE_NAMES.map((name) => [name, { type: 'string' as const }]));
  const values = parse(args, { ...counts, port: { type: 'string' }, help: { type: 'boolean' } });
  if (values['help'] === true) return null;
  const replicas: Partial<Record<ServiceName, number>> = {};
  for (const name of SERVICE_NAMES) {
    const value = values[name];
    if (value !== undefined) replicas[name] = wholeNumber(`--${name}`, value, 1, 64);
  }
  return { replicas, port: wholeNumber('--port', values['port'] ?? '8080', 1, 65_535) };
}

function parse(args: readonly string[], options: Record<string, { type: 'string' | 'boolean' }>) {
  try {
    return parseArgs({ args: [...args], options }).values as Record<string, string | boolean | undefined>;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message.split('. ')[0] ?? message}. Try: npm run cluster -- --help`, { cause: error });
  }
}

function wholeNumber(option: string, value: string | boolean, least: number, most: number): number {
  const number = /^\d{1,5}$/.test(String(value)) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`${option} must be a whole number from ${String(least)} to ${String(most)}.`);
}

/** The settings of this process's environment that are for the services; the URLs of backends are told apart. */
function settingsFromEnvironment(): Record<string, string> {
  const own = new Set<string>([
    'CHANCERY_DATABASE_URL',
    'CHANCERY_REDIS_URL',
    'CHANCERY_NATS_URL',
    'CHANCERY_HTTP_PORT',
  ]);
  const names: readonly string[] = SETTING_NAMES.filter(
    (name) => !own.has(name) && name !== 'CHANCERY_MANAGEMENT_PORT',
  );
  return Object.fromEntries(
    names.map((name) => [name, process.env[name]]).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}

function announce(cluster: Cluster): void {
  const known = process.env['CHANCERY_ADMIN_PASSWORD'] === undefined;
  const lines = [
    '',
    `Chancery is ready at ${cluster.baseUrl}`,
    ...cluster.baseUrls.filter((url) => url !== cluster.baseUrl).map((url) => `                 and ${url}`),
    `  administrator  ${cluster.adminUsername}`,
    `  password       ${known ? cluster.adminPassword : '(the one you set)'}`,
    `  database       ${cluster.databaseUrl}`,
    `  logs           ${cluster.logFolder}`,
    ...cluster
      .processes()
      .map((process) => `  ${process.title.padEnd(14)} pid ${String(process.pid)}, ${process.managementUrl ?? ''}`),
    '',
    'Try it: sign in, create a realm, register a client, get its token',
    '',
    ...firstSteps({
      publicUrl: cluster.baseUrl,
      adminUsername: cluster.adminUsername,
      adminPassword: known ? cluster.adminPassword : null,
    }),
    '',
    'Ctrl-C stops.',
    '',
  ];
  console.log(lines.join('\n'));
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    console.log(USAGE);
    return 0;
  }
  let stopping = false;
  const stopped = new Promise<number>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        // A second one means now: leaving takes every child along.
        if (stopping) process.exit(128 + constants.signals[signal]);
        stopping = true;
        resolve(0);
      });
    }
  });
  const starting = startCluster({
    replicas: options.replicas,
    port: options.port,
    env: settingsFromEnvironment(),
    backends: {
      databaseUrl: process.env['CHANCERY_DATABASE_URL'],
      redisUrl: process.env['CHANCERY_REDIS_URL'],
      natsUrl: process.env['CHANCERY_NATS_URL'],
    },
    onProgress: (step, milliseconds) => {
      process.stdout.write(milliseconds === null ? `  ${step} …` : ` ${(milliseconds / 1_000).toFixed(1)} s\n`);
    },
    onCrash: (crashed, how) => {
      if (stopping) return;
      console.error(`\n${crashed.title} ended unexpectedly (${how}). Its last words:\n${crashed.logTail()}`);
    },
  });
  console.log('Chancery starts as a cluster');
  const cluster = await Promise.race([starting, stopped]);
  if (typeof cluster === 'number') return cluster;
  announce(cluster);
  // Holds the event loop: the children do not.
  const hold = setInterval(() => {}, 60_000);
  const code = await stopped;
  clearInterval(hold);
  console.log('\nChancery stops …');
  await cluster.stop();
  return code;
}

try {
  process.exit(await main());
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exit(error instanceof UsageError ? 2 : 1);
}
