import { auditService } from '../../audit/src/index.js';
import { gatewayService } from '../../gateway/src/index.js';
import { BootstrapNotice, identityService } from '../../identity/src/index.js';
import { registryService } from '../../registry/src/index.js';
import { rolesService } from '../../roles/src/index.js';
import { tokensService } from '../../tokens/src/index.js';
import { loadSettings, type Environment } from '#config';
import { EmbeddedDatabase } from '#database';
import {
  onStop,
  openSnapshotStore,
  PlatformSettings,
  refuseUnknownSettings,
  startService,
  SystemClock,
  untilItWorks,
  type Infrastructure,
  type RunningService,
  type ServiceDescription,
} from '#host';
import { InProcessTransport, NatsTransport, type Transport } from '#messaging';
import { ManagementServer, PinoLogger, Readiness, type Logger } from '#observability';
import { firstSteps } from '#topology';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RememberedNotice } from './bootstrap-notice.js';
import { StandaloneSettings } from './config.js';
import { makeDataFolder } from './data-folder.js';
import { masterKeyOf } from './master-key.js';
import { step } from './progress.js';

/** Each waits for those before it: the door opens last. */
const SERVICES: readonly ServiceDescription[] = [
  auditService,
  identityService,
  rolesService,
  tokensService,
  registryService,
  gatewayService,
];

/** The door closes first; tokens has a last word with the registry, and audit hears everybody out. */
const STOP_ORDER: readonly ServiceDescription[] = [
  gatewayService,
  tokensService,
  registryService,
  rolesService,
  identityService,
  auditService,
];

/** How long the first start may take until it is ready, in milliseconds. */
const READY_LIMIT_MS = 60_000;

/** Runs every service in this process, on embedded parts where no URL replaces them. */
export async function runStandalone(): Promise<void> {
  refuseUnknownSettings();
  const platform = loadSettings(PlatformSettings, process.env);
  const settings = loadSettings(StandaloneSettings, process.env);
  const logger = PinoLogger.create(platform.logLevel ?? 'warn');
  const readiness = new Readiness();
  const dataDir = resolve(settings.dataDir);
  makeDataFolder(dataDir);
  process.stdout.write(`Chancery starts, data in ${dataDir}\n`);

  // The key comes before the database, so that a database without a key can only mean that the key was lost.
  const environment = completeEnvironment(dataDir, settings);
  const embedded =
    platform.databaseUrl === undefined
      ? await step('database (embedded PostgreSQL)', () => EmbeddedDatabase.start(dataDir))
      : null;
  const transport = await openTransport(platform, readiness, logger);
  const snapshotStore = openSnapshotStore(platform.redisUrl ?? null, logger);
  const notice = new RememberedNotice();
  const infrastructure: Infrastructure = {
    transport,
    snapshotStore,
    databaseUrl: platform.databaseUrl ?? embedded?.url ?? null,
    databasePoolSize: embedded === null ? 10 : 2,
    logger,
    clock: new SystemClock(),
    readiness,
    environment,
    migrate: true,
    snapshotCacheBytes: platform.snapshotCacheMegabytes * 1_048_576,
    provided: [{ provide: BootstrapNotice, useValue: notice }],
  };

  const running = new Map<string, RunningService>();
  for (const description of SERVICES) {
    running.set(
      description.name,
      await step(description.name, () =>
        startService(description, { ...infrastructure, logger: logger.child({ service: description.name }) }),
      ),
    );
  }
  const management =
    platform.managementPort === undefined
      ? null
      : await ManagementServer.start({ host: platform.managementHost, port: platform.managementPort, readiness });
  onStop(logger, async () => {
    process.stdout.write('\nChancery stops …\n');
    readiness.register('stopping', () => false);
    for (const { name } of STOP_ORDER) await running.get(name)?.stop();
    await snapshotStore.close();
    await transport.drain();
    await management?.stop();
    await embedded?.close();
  });
  await step('realm master and its administrator', () => untilReady(readiness));
  announce(environment['CHANCERY_PUBLIC_URL'] ?? '', settings.adminUsername, notice.password);
}

/** The services' settings: those given, and what standalone makes itself. */
function completeEnvironment(dataDir: string, settings: StandaloneSettings): Environment {
  const masterKey = masterKeyOf(dataDir, process.env, existsSync(join(dataDir, 'database', 'PG_VERSION')));
  return {
    ...process.env,
    CHANCERY_PUBLIC_URL: settings.publicUrl ?? `http://localhost:${settings.httpPort}`,
    ...(masterKey === undefined ? {} : { CHANCERY_MASTER_KEY: masterKey }),
  };
}

async function openTransport(platform: PlatformSettings, readiness: Readiness, logger: Logger): Promise<Transport> {
  const { natsUrl } = platform;
  if (natsUrl === undefined) return new InProcessTransport();
  const transport = await untilItWorks('bus', logger, () =>
    NatsTransport.connect({ url: natsUrl, name: 'standalone', logger }),
  );
  readiness.register('bus', () => transport.isConnected());
  return transport;
}

async function untilReady(readiness: Readiness): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  for (;;) {
    const report = await readiness.report();
    if (report.ready) return;
    if (Date.now() > deadline) {
      const missing = Object.entries(report.checks).filter(([, ok]) => !ok);
      throw new Error(`not ready after ${READY_LIMIT_MS / 1_000} s: ${missing.map(([name]) => name).join(', ')}`);
    }
    await sleep(50);
  }
}

function announce(publicUrl: string, username: string, generatedPassword: string | null): void {
  const lines = [
    '',
    `Chancery is ready at ${publicUrl}`,
    `  administrator  ${username}`,
    ...(generatedPassword === null ? [] : [`  password       ${generatedPassword}   (shown this once: keep it)`]),
    '',
    'Try it: sign in, create a realm, register a client, get its token',
    '',
    ...firstSteps({ publicUrl, adminUsername: username, adminPassword: generatedPassword }),
    '',
    'Ctrl-C stops.',
    '',
  ];
  process.stdout.write(lines.join('\n'));
}
