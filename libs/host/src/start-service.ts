import {
  FencingSnapshotWriter,
  SnapshotReader,
  type SnapshotStore,
  SnapshotWriter,
  ValidatingSnapshotReader,
} from '#cache';
import { loadSettings, type Environment } from '#config';
import { asUnavailable, createDataSource, Outbox, runMigrations, TypeOrmOutbox } from '#database';
import {
  ContractMessageClient,
  ContractServer,
  DurablePublisher,
  MessageClient,
  TransportDurablePublisher,
  type Transport,
} from '#messaging';
import { Logger, NestLogger, Readiness } from '#observability';
import type { INestApplicationContext, InjectionToken } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { Clock } from './clock.js';
import { PlatformModule } from './platform.module.js';
import { untilItWorks } from './retry.js';
import type { ServiceDescription } from './service-description.js';

/** A value for the dependency injection of a service. */
export interface ProvidedValue {
  readonly provide: InjectionToken;
  readonly useValue: unknown;
}

/** What a service stands on; shared by all services of a process. */
export interface Infrastructure {
  readonly transport: Transport;
  readonly snapshotStore: SnapshotStore;
  /** Null only for services that own no data. */
  readonly databaseUrl: string | null;
  /** Connections of one service to the database at most. */
  readonly databasePoolSize: number;
  /** Already carries the service's name. */
  readonly logger: Logger;
  readonly clock: Clock;
  readonly readiness: Readiness;
  readonly environment: Environment;
  /** Whether migrations run now (standalone) or are a step of their own (distributed). */
  readonly migrate: boolean;
  /** How much memory parsed snapshots may take, in bytes. */
  readonly snapshotCacheBytes: number;
  readonly provided?: readonly ProvidedValue[];
}

/** A service that runs. */
export interface RunningService {
  readonly name: string;
  /** Stops taking work, finishes what is in hand, closes what belongs to the service alone. */
  stop(): Promise<void>;
}

/**
 * Makes a running service of its description: settings, database, bus client, snapshots, Nest application, transport.
 *
 * @throws SettingsError before anything is started.
 */
export async function startService(
  description: ServiceDescription,
  infrastructure: Infrastructure,
): Promise<RunningService> {
  const settings = loadSettings(description.settings, infrastructure.environment);
  const logger = infrastructure.logger;
  const { transport, snapshotStore, readiness } = infrastructure;
  const client = new ContractMessageClient(transport, description.name);
  const publisher = new TransportDurablePublisher(transport, description.name, logger);
  const data = await openDatabase(description, infrastructure, logger);
  const outbox =
    data === null || description.database?.outbox === false
      ? null
      : new TypeOrmOutbox(data, description.name, client, publisher, logger);

  const provided: ProvidedValue[] = [
    { provide: MessageClient, useValue: client },
    { provide: DurablePublisher, useValue: publisher },
    {
      provide: SnapshotReader,
      useValue: new ValidatingSnapshotReader(snapshotStore, client, { maxBytes: infrastructure.snapshotCacheBytes }),
    },
    { provide: SnapshotWriter, useValue: new FencingSnapshotWriter(snapshotStore) },
    { provide: Logger, useValue: logger },
    { provide: Readiness, useValue: readiness },
    { provide: Clock, useValue: infrastructure.clock },
    { provide: description.settings, useValue: settings },
    ...(data === null ? [] : [{ provide: DataSource, useValue: data }]),
    ...(outbox === null ? [] : [{ provide: Outbox, useValue: outbox }]),
    ...(infrastructure.provided ?? []),
  ];
  const root = { imports: [PlatformModule.with(provided), description.module] };
  const application = await startApplication(description, root, settings, transport, logger);
  outbox?.start();
  logger.info({}, 'started');

  return {
    name: description.name,
    async stop() {
      await application.close();
      await outbox?.stop();
      await data?.destroy();
      logger.info({}, 'stopped');
    },
  };
}

async function openDatabase(
  description: ServiceDescription,
  infrastructure: Infrastructure,
  logger: Logger,
): Promise<DataSource | null> {
  if (description.database === null) return null;
  if (infrastructure.databaseUrl === null) throw new Error(`${description.name} needs a database`);
  const data = createDataSource({
    url: infrastructure.databaseUrl,
    description: description.database,
    applicationName: `chancery-${description.name}`,
    poolSize: infrastructure.databasePoolSize,
  });
  await untilItWorks('database', logger, () => data.initialize());
  if (infrastructure.migrate) await runMigrations(data, description.database);
  infrastructure.readiness.register(`${description.name}_database`, async () => {
    await data.query('SELECT 1');
    return true;
  });
  return data;
}

async function startApplication(
  description: ServiceDescription,
  root: { imports: unknown[] },
  settings: object,
  transport: Transport,
  logger: Logger,
): Promise<INestApplicationContext> {
  const nestLogger = new NestLogger(logger);
  const module = root as Parameters<typeof NestFactory.create>[0];
  if (description.http !== undefined) {
    const app = await NestFactory.create(module, description.http.createAdapter(settings), {
      logger: nestLogger,
      abortOnError: false,
      bodyParser: false,
    });
    await description.http.configure(app, settings);
    const { host, port } = description.http.address(settings);
    await app.listen(port, host);
    return app;
  }
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
    // A database that is away is no fault of the call: the caller is told to try again, whichever service it asked.
    strategy: new ContractServer(transport, description.name, { logger, explain: asUnavailable }),
    logger: nestLogger,
    abortOnError: false,
  });
  await app.listen();
  return app;
}
