import { MemorySnapshotStore, RedisSnapshotStore, type SnapshotStore } from '#cache';
import { loadSettings, SettingsError, unknownSettings } from '#config';
import { createDataSource, runMigrations } from '#database';
import { OperatorError } from '#errors';
import { NatsTransport } from '#messaging';
import { ManagementServer, PinoLogger, Readiness, type Logger } from '#observability';
import { BACKEND_SETTINGS, SETTING_NAMES, TOPOLOGY } from '#topology';
import { SystemClock } from './clock.js';
import { PlatformSettings } from './platform-settings.js';
import { untilItWorks } from './retry.js';
import type { ServiceDescription } from './service-description.js';
import { startService } from './start-service.js';

/** How long a process that was told to stop may take, in milliseconds, before it is ended hard. */
const SHUTDOWN_LIMIT_MS = 15_000;

/** The whole life of one service's process in the distributed shape; never returns before it is told to stop. */
export async function runService(description: ServiceDescription): Promise<void> {
  await guarded(description.name, async () => {
    const { platform, natsUrl, databaseUrl, redisUrl } = distributedSettings(description);
    const logger = PinoLogger.create(platform.logLevel ?? 'info').child({ service: description.name });
    const readiness = new Readiness();
    // Health is served while the service still waits for its backends; it takes work only once it listens.
    let started = false;
    readiness.register('started', () => started);
    const management =
      platform.managementPort === undefined
        ? null
        : await ManagementServer.start({ host: platform.managementHost, port: platform.managementPort, readiness });
    const transport = await untilItWorks('bus', logger, () =>
      NatsTransport.connect({ url: natsUrl, name: description.name, logger }),
    );
    readiness.register('bus', () => transport.isConnected());
    const snapshotStore = openSnapshotStore(redisUrl, logger);
    const running = await startService(description, {
      transport,
      snapshotStore,
      databaseUrl,
      databasePoolSize: 10,
      logger,
      clock: new SystemClock(),
      readiness,
      environment: process.env,
      migrate: false,
      snapshotCacheBytes: platform.snapshotCacheMegabytes * 1_048_576,
    });
    started = true;
    onStop(logger, async () => {
      readiness.register('stopping', () => false);
      await running.stop();
      await snapshotStore.close();
      await transport.drain();
      await management?.stop();
    });
  });
}

/** The migration step of a service: runs what is pending and exits. */
export async function runServiceMigrations(description: ServiceDescription): Promise<void> {
  await guarded(description.name, async () => {
    if (description.database === null) return;
    const platform = loadSettings(PlatformSettings, process.env);
    if (platform.databaseUrl === undefined) throw new SettingsError(['CHANCERY_DATABASE_URL is missing']);
    const logger = PinoLogger.create(platform.logLevel ?? 'info').child({ service: description.name });
    const data = createDataSource({
      url: platform.databaseUrl,
      description: description.database,
      applicationName: `chancery-${description.name}-migrate`,
      poolSize: 1,
    });
    await untilItWorks('database', logger, () => data.initialize());
    try {
      await runMigrations(data, description.database);
    } finally {
      await data.destroy();
    }
    logger.info({}, 'migrated');
  });
}

/** Runs a program's start; what the operator can mend is told in plain words, anything else with its stack, exit code 1. */
export async function guarded(name: string, start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    process.stderr.write(`\nchancery ${name}: ${explain(error)}\n`);
    // Connections made before the failure would keep the process alive.
    process.exit(1);
  }
}

function explain(error: unknown): string {
  if (error instanceof OperatorError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { code, port, syscall } = error as Error & Readonly<Record<'code' | 'port' | 'syscall', unknown>>;
  if (code === 'EADDRINUSE')
    return `port ${String(port)} is in use; choose another with CHANCERY_HTTP_PORT or CHANCERY_MANAGEMENT_PORT`;
  if (code === 'EACCES' && typeof port === 'number')
    return `port ${port} may not be used by this user; choose one above 1023`;
  // Connections to backends are tried again and again, so names that are looked up here are those of this machine.
  if ((code === 'EADDRNOTAVAIL' && syscall === 'listen') || syscall === 'getaddrinfo')
    return `this machine has no such address to listen on (${String(code)}); look at CHANCERY_HTTP_HOST and CHANCERY_MANAGEMENT_HOST`;
  return error.stack ?? error.message;
}

/** Refuses variables that look like settings but are none. */
export function refuseUnknownSettings(): void {
  const problems = unknownSettings(process.env, SETTING_NAMES);
  if (problems.length > 0) throw new SettingsError(problems);
}

/** Opens the shared store of snapshots: Redis when a URL is given, else memory (one process only). */
export function openSnapshotStore(redisUrl: string | null, logger: Logger): SnapshotStore {
  if (redisUrl === null) return new MemorySnapshotStore();
  // Readiness does not ask for Redis: while it is away readers ask the owners, and tokens are still issued.
  return RedisSnapshotStore.connect(redisUrl, { logger });
}

/** Stops once, on SIGTERM or SIGINT; a second signal or a stop that takes too long ends the process hard. */
export function onStop(logger: Logger, stop: () => Promise<void>): void {
  let stopping = false;
  const handle = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => {
      logger.error({}, 'stopping took too long');
      process.exit(1);
    }, SHUTDOWN_LIMIT_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', handle);
  process.on('SIGINT', handle);
}

/** The platform's settings of a service of its own, which has nothing embedded to fall back to. */
function distributedSettings(description: ServiceDescription): {
  natsUrl: string;
  databaseUrl: string | null;
  redisUrl: string | null;
  platform: PlatformSettings;
} {
  refuseUnknownSettings();
  const platform = loadSettings(PlatformSettings, process.env);
  const given = { postgres: platform.databaseUrl, redis: platform.redisUrl, nats: platform.natsUrl };
  const missing = TOPOLOGY[description.name].backends.filter((backend) => given[backend] === undefined);
  if (missing.length > 0 || given.nats === undefined) {
    throw new SettingsError(
      missing.map(
        (backend) => `${BACKEND_SETTINGS[backend]} is missing: a service of its own needs it (standalone does not)`,
      ),
    );
  }
  return { natsUrl: given.nats, databaseUrl: given.postgres ?? null, redisUrl: given.redis ?? null, platform };
}
