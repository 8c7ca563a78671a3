import { DataSource } from 'typeorm';
import { isEmbeddedUrl } from './embedded-url.js';
import type { DatabaseDescription } from './ports.js';
import { QuietTypeOrmLogger } from './quiet-typeorm-logger.js';

/** How long a connection may take to come about, also from a pool that is busy. */
const CONNECT_TIMEOUT_MS = 5_000;
/** The server ends what takes longer; above the longest deadline of a call, so that it only catches what nobody awaits. */
const STATEMENT_TIMEOUT_MS = 15_000;
const LOCK_TIMEOUT_MS = 10_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;
/** A second line for a server that does not answer at all (network partition). */
const QUERY_TIMEOUT_MS = 20_000;

/** What a data source is made of. */
export interface DataSourceSettings {
  /** `postgresql://…`; a Unix socket as `postgresql:///name?host=<folder>&user=…`. */
  readonly url: string;
  readonly description: DatabaseDescription;
  /** Seen in `pg_stat_activity`. */
  readonly applicationName: string;
  /** The most connections of this process. */
  readonly poolSize: number;
  /** Told of a pooled connection that broke while idle; the pool replaces it by itself. */
  readonly onConnectionError?: (error: unknown) => void;
}

/**
 * Makes (does not open) the data source of one service: only its own entities and migrations, every name qualified with its
 * schema, no synchronisation. `bigint` columns arrive as strings: see `safeIntegerColumn` and `bigIntColumn`.
 *
 * Timeouts travel as start-up parameters, never as `SET`, so a connection means the same wherever the pool hands it out.
 */
export function createDataSource(settings: DataSourceSettings): DataSource {
  const { description } = settings;
  return new DataSource({
    type: 'postgres',
    url: settings.url,
    applicationName: settings.applicationName,
    schema: description.schema,
    entities: [...description.entities],
    migrations: [...description.migrations],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'all',
    migrationsRun: false,
    synchronize: false,
    dropSchema: false,
    // Ids are made by the application, so no extension is needed.
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    useUTC: true,
    logging: false,
    logger: new QuietTypeOrmLogger(),
    poolSize: settings.poolSize,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    poolErrorHandler: settings.onConnectionError ?? (() => {}),
    // A `where` with an undefined value would otherwise match every row.
    invalidWhereValuesBehavior: { null: 'throw', undefined: 'throw' },
    extra: isEmbeddedUrl(settings.url) ? embeddedPool() : serverPool(),
  });
}

function serverPool(): object {
  return {
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idleTimeoutMillis: 60_000,
    // Follows a fail-over or a changed DNS entry within the hour.
    maxLifetimeSeconds: 3_600,
    keepAlive: true,
  };
}

/** The embedded database has one session: parameters of one connection would be everybody's. */
function embeddedPool(): object {
  return { idleTimeoutMillis: 60_000 };
}
