import { SERVICE_NAMES, type ServiceName } from '#contracts';
import { BACKEND_SETTINGS, PLATFORM_SETTINGS, READY_PATH, START_STEPS, TOPOLOGY, type SettingName } from '#topology';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort, isPortFree } from '../servers/free-port.js';
import { removeFolder } from '../servers/child-process.js';
import { temporaryFolder, type PrivateServer } from '../servers/private-server.js';
import { startBackends, type Backends } from './backends.js';
import { buildProduct, NodeProcess } from './node-process.js';

/** What a cluster is made of. */
export interface ClusterOptions {
  /** How many processes of tokens; one by default. */
  readonly tokens?: number;
  /** How many gateways; one by default. */
  readonly gateway?: number;
  /** The same for any service. */
  readonly replicas?: Partial<Readonly<Record<ServiceName, number>>>;
  /** Port of the first gateway, the others follow; free ones by default. */
  readonly port?: number;
  /** More settings, for every process that takes them. They win over what the launcher chooses. */
  readonly env?: Readonly<Record<string, string>>;
  /** Servers to use in place of private ones. */
  readonly backends?: {
    readonly databaseUrl?: string | undefined;
    readonly redisUrl?: string | undefined;
    readonly natsUrl?: string | undefined;
    /** Where the folders of private servers are made: on a disk of a test's own, say. */
    readonly postgresFolder?: string | undefined;
    readonly natsFolder?: string | undefined;
  };
  /** Says nothing; otherwise every step is a line on standard error. */
  readonly silent?: boolean;
  /** In place of that: told of every step before it begins (without time) and when it is done (with). */
  readonly onProgress?: (step: string, milliseconds: number | null) => void;
  /** Told of a process that ended although nobody asked for it. */
  readonly onCrash?: (process: NodeProcess, how: string) => void;
}

/** A cluster that runs. */
export interface Cluster {
  /** The first gateway, without a slash at the end; also the issuer base. */
  readonly baseUrl: string;
  /** Every gateway. */
  readonly baseUrls: readonly string[];
  readonly adminUsername: string;
  readonly adminPassword: string;
  /** The processes of a service, or all. */
  processes(service?: ServiceName): readonly NodeProcess[];
  /** Every service with its processes' ids, for measuring. */
  services(): readonly { readonly name: ServiceName; readonly pids: readonly number[] }[];
  /** Null where a server that was named is used. */
  readonly postgres: PrivateServer | null;
  readonly redis: PrivateServer | null;
  readonly nats: PrivateServer | null;
  /** For looking into the database past the services. */
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** For looking at the bus as a service does. */
  natsUrlOf(service: ServiceName): string;
  readonly logFolder: string;
  /** Stops everything in order and removes every trace. */
  stop(): Promise<void>;
}

interface Plan {
  readonly backends: Backends;
  readonly shared: Readonly<Record<string, string>>;
  readonly logFolder: string;
  readonly onCrash: ((process: NodeProcess, how: string) => void) | undefined;
}

/** Starts the whole product as it runs in production: every service its own process, over PostgreSQL, Redis and NATS. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const step = stepper(options.onProgress ?? (options.silent === true ? () => {} : printStep));
  const replicas = {
    ...(options.tokens === undefined ? {} : { tokens: options.tokens }),
    ...(options.gateway === undefined ? {} : { gateway: options.gateway }),
    ...options.replicas,
  };
  const logFolder = temporaryFolder('cluster');
  const running: NodeProcess[] = [];
  let backends: Backends | undefined;
  const stop = async (): Promise<void> => {
    await stopAll(running);
    await backends?.stop();
    removeFolder(logFolder);
  };
  try {
    const ports = await gatewayPorts(replicas.gateway ?? 1, options.port);
    const baseUrls = ports.map((port) => `http://localhost:${String(port)}`);
    const shared = sharedSettings(baseUrls[0] ?? '', options.env ?? {});
    await step('Building what has changed', () => buildProduct(logFolder));
    backends = await step('Starting PostgreSQL, Redis and NATS', () => startBackends(options.backends ?? {}));
    const plan: Plan = { backends, shared, logFolder, onCrash: options.onCrash };
    await step('Migrating the database', () => migrate(plan));
    const byService = await planProcesses(plan, replicas, ports);
    for (const names of START_STEPS) {
      await step(`Starting ${names.join(', ')}`, async () => {
        const processes = names.flatMap((name) => byService.get(name) ?? []);
        for (const process of processes) {
          running.push(process);
          process.spawn();
        }
        await Promise.all(processes.map((process) => process.waitUntilReady()));
      });
    }
    return {
      baseUrl: shared['CHANCERY_PUBLIC_URL'] ?? '',
      baseUrls,
      adminUsername: shared['CHANCERY_ADMIN_USERNAME'] ?? '',
      adminPassword: shared['CHANCERY_ADMIN_PASSWORD'] ?? '',
      processes: (service) => (service === undefined ? running : (byService.get(service) ?? [])),
      services: () =>
        [...byService].map(([name, processes]) => ({ name, pids: processes.flatMap(({ pid }) => pid ?? []) })),
      postgres: backends.postgres,
      redis: backends.redis,
      nats: backends.nats,
      databaseUrl: backends.databaseUrl,
      redisUrl: backends.redisUrl,
      natsUrlOf: backends.natsUrlOf,
      logFolder,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function printStep(step: string, milliseconds: number | null): void {
  process.stderr.write(milliseconds === null ? `  ${step} …` : ` ${(milliseconds / 1_000).toFixed(1)} s\n`);
}

function stepper(onProgress: NonNullable<ClusterOptions['onProgress']>) {
  return async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    onProgress(name, null);
    const started = performance.now();
    const result = await work();
    onProgress(name, performance.now() - started);
    return result;
  };
}

async function gatewayPorts(count: number, first: number | undefined): Promise<readonly number[]> {
  if (first === undefined) return Promise.all(Array.from({ length: count }, () => freePort()));
  const ports = Array.from({ length: count }, (_, index) => first + index);
  for (const port of ports) {
    if (!(await isPortFree(port))) throw new Error(`Port ${String(port)} is in use: choose another with --port.`);
  }
  return ports;
}

function sharedSettings(publicUrl: string, extra: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return {
    CHANCERY_PUBLIC_URL: publicUrl,
    CHANCERY_MASTER_KEY: randomBytes(32).toString('base64'),
    CHANCERY_ADMIN_USERNAME: 'admin',
    CHANCERY_ADMIN_PASSWORD: randomBytes(15).toString('base64url'),
    ...extra,
  };
}

async function migrate(plan: Plan): Promise<void> {
  const steps = SERVICE_NAMES.flatMap((name) => {
    const { migrate: args } = TOPOLOGY[name];
    if (args === null) return [];
    const settings = { CHANCERY_DATABASE_URL: plan.backends.migrationUrlOf(name) };
    const title = `${name}-migrate`;
    return [new NodeProcess({ title, args, settings, logFile: join(plan.logFolder, `${title}.log`), readyUrl: null })];
  });
  for (const process of steps) process.spawn();
  const results = await Promise.allSettled(steps.map((process) => process.waitUntilDone()));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

async function planProcesses(
  plan: Plan,
  replicas: Partial<Readonly<Record<ServiceName, number>>>,
  gatewayPortList: readonly number[],
): Promise<ReadonlyMap<ServiceName, readonly NodeProcess[]>> {
  const planned = new Map<ServiceName, NodeProcess[]>();
  for (const name of SERVICE_NAMES) {
    const processes: NodeProcess[] = [];
    for (let index = 0; index < (replicas[name] ?? 1); index += 1) {
      const managementPort = await freePort();
      const own: Record<string, string> = { CHANCERY_MANAGEMENT_PORT: String(managementPort) };
      if (name === 'gateway') own['CHANCERY_HTTP_PORT'] = String(gatewayPortList[index]);
      const title = `${name}-${String(index + 1)}`;
      processes.push(
        new NodeProcess({
          title,
          args: TOPOLOGY[name].start,
          settings: { ...settingsFor(name, plan), ...own },
          logFile: join(plan.logFolder, `${title}.log`),
          readyUrl: `http://127.0.0.1:${String(managementPort)}${READY_PATH}`,
          onCrash: (process, exit) => {
            plan.onCrash?.(process, exit.signal === null ? `exit code ${String(exit.code)}` : exit.signal);
          },
        }),
      );
    }
    planned.set(name, processes);
  }
  return planned;
}

/** Only what the service takes: a master key is nobody's business but the tokens service's. */
function settingsFor(name: ServiceName, plan: Plan): Readonly<Record<string, string>> {
  const wiring = TOPOLOGY[name];
  const takes = new Set<SettingName>([...wiring.settings, ...PLATFORM_SETTINGS]);
  const urls = {
    postgres: plan.backends.databaseUrlOf(name),
    redis: plan.backends.redisUrl,
    nats: plan.backends.natsUrlOf(name),
  };
  const settings: Record<string, string> = {};
  for (const backend of wiring.backends) settings[BACKEND_SETTINGS[backend]] = urls[backend];
  for (const [setting, value] of Object.entries(plan.shared)) {
    if (takes.has(setting as SettingName)) settings[setting] = value;
  }
  return settings;
}

/** Those who ask are stopped before those who answer. */
async function stopAll(running: readonly NodeProcess[]): Promise<void> {
  const gateways = running.filter((process) => process.title.startsWith('gateway-'));
  await Promise.all(gateways.map((process) => process.kill('SIGTERM')));
  await Promise.all(running.filter((process) => !gateways.includes(process)).map((process) => process.kill('SIGTERM')));
}
