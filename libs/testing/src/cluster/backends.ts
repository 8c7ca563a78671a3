import { MAX_PAYLOAD_BYTES, natsPermissionsOf } from '#messaging';
import { SERVICE_NAMES, type ServiceName } from '#contracts';
import { DATABASE_ROLES, databaseRolesSql, natsAuthorization, type NatsUser } from '#topology';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { startNats } from '../servers/nats.js';
import { startPostgres } from '../servers/postgres.js';
import type { PrivateServer } from '../servers/private-server.js';
import { startRedis } from '../servers/redis.js';

/** The servers a cluster stands on, and each service's way in. */
export interface Backends {
  /** Null where the environment named one that is used instead. */
  readonly postgres: PrivateServer | null;
  readonly redis: PrivateServer | null;
  readonly nats: PrivateServer | null;
  /** The superuser's URL, or the one that the environment named. */
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** With the role that may run the service. */
  databaseUrlOf(service: ServiceName): string;
  /** With the role that may migrate its schema. */
  migrationUrlOf(service: ServiceName): string;
  natsUrlOf(service: ServiceName): string;
  stop(): Promise<void>;
}

const DATABASE = 'chancery';
const newPassword = (): string => randomBytes(18).toString('base64url');

/**
 * Starts PostgreSQL, Redis and NATS as far as the environment does not name some. A server of one's own gets roles and users of
 * least privilege; one that is named is used exactly as its URL says, for every service.
 */
export async function startBackends(named: {
  readonly databaseUrl?: string | undefined;
  readonly redisUrl?: string | undefined;
  readonly natsUrl?: string | undefined;
  readonly postgresFolder?: string | undefined;
  readonly natsFolder?: string | undefined;
}): Promise<Backends> {
  const started: PrivateServer[] = [];
  const own = async <T>(
    start: () => Promise<T & { readonly server: PrivateServer }>,
  ): Promise<T & { readonly server: PrivateServer }> => {
    const result = await start();
    started.push(result.server);
    return result;
  };
  const settled = await Promise.allSettled([
    named.databaseUrl === undefined ? own(() => startDatabase(named.postgresFolder)) : null,
    named.redisUrl === undefined ? own(async () => ({ server: await startRedis() })) : null,
    named.natsUrl === undefined ? own(() => startBus(named.natsFolder)) : null,
  ]);
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.stop()));
  };
  const [postgres, redis, nats] = settled.map((result) => (result.status === 'fulfilled' ? result.value : null)) as [
    Awaited<ReturnType<typeof startDatabase>> | null,
    { readonly server: PrivateServer } | null,
    Awaited<ReturnType<typeof startBus>> | null,
  ];
  const failure = settled.find((result) => result.status === 'rejected');
  if (failure !== undefined) {
    await stop();
    throw failure.reason;
  }
  const databaseUrl = named.databaseUrl ?? postgres?.server.url ?? '';
  const natsUrl = named.natsUrl ?? nats?.server.url ?? '';
  return {
    postgres: postgres?.server ?? null,
    redis: redis?.server ?? null,
    nats: nats?.server ?? null,
    databaseUrl: postgres === null ? databaseUrl : withLogin(databaseUrl, {}, DATABASE),
    redisUrl: named.redisUrl ?? redis?.server.url ?? '',
    databaseUrlOf: (service) => postgres?.urlOf(service, 'app') ?? databaseUrl,
    migrationUrlOf: (service) => postgres?.urlOf(service, 'owner') ?? databaseUrl,
    natsUrlOf: (service) => nats?.urlOf(service) ?? natsUrl,
    stop,
  };
}

async function startDatabase(parent: string | undefined) {
  const server = await startPostgres(parent);
  const passwords = new Map<string, string>();
  await asSuperuser(server.url, async (client) => {
    await client.query(`CREATE DATABASE ${DATABASE}`);
  });
  await asSuperuser(withLogin(server.url, {}, DATABASE), async (client) => {
    await client.query(databaseRolesSql());
    for (const role of DATABASE_ROLES.flatMap(({ owner, app }) => [owner, app])) {
      const password = newPassword();
      passwords.set(role, password);
      await client.query(`ALTER ROLE ${role} PASSWORD ${client.escapeLiteral(password)}`);
    }
  });
  return {
    server,
    urlOf(service: ServiceName, kind: 'owner' | 'app'): string {
      const role = DATABASE_ROLES.find((roles) => roles.service === service)?.[kind] ?? '';
      return withLogin(server.url, { username: role, password: passwords.get(role) ?? '' }, DATABASE);
    },
  };
}

async function startBus(parent: string | undefined) {
  const passwords = new Map(SERVICE_NAMES.map((name) => [name, newPassword()]));
  const users = SERVICE_NAMES.map((name) => natsUser(name, passwords.get(name) ?? ''));
  const config = `max_payload: ${MAX_PAYLOAD_BYTES}\n${natsAuthorization(users)}`;
  const server = await startNats({ config, parent });
  return {
    server,
    urlOf: (service: ServiceName): string =>
      withLogin(server.url, { username: service, password: passwords.get(service) ?? '' }),
  };
}

function natsUser(service: ServiceName, password: string): NatsUser {
  return { user: service, password, ...natsPermissionsOf(service) };
}

function withLogin(url: string, login: { username?: string; password?: string }, database?: string): string {
  const result = new URL(url);
  if (login.username !== undefined) result.username = login.username;
  if (login.password !== undefined) result.password = login.password;
  if (database !== undefined) result.pathname = `/${database}`;
  return result.href;
}

async function asSuperuser(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
