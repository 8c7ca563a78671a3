import { SERVICE_NAMES, type ServiceName } from '#contracts';
import {
  BACKEND_SETTINGS,
  MANAGEMENT_PORT,
  SETTINGS,
  START_ORDER,
  TOPOLOGY,
  type Backend,
  type SettingFacts,
  type SettingName,
} from '#topology';
import { stringify } from 'yaml';

type Compose = Record<string, unknown>;

/** Where every container finds its own secrets, and no other's. */
const SECRETS = '/run/secrets/chancery';
const NODE_IMAGE = 'node:24-bookworm-slim';
const HARDENED = {
  read_only: true,
  tmpfs: ['/tmp'],
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
} as const;
const BACKEND_NETWORKS = { postgres: 'database', redis: 'cache', nats: 'bus' } as const satisfies Record<
  Backend,
  string
>;

const HEADER = `# The distributed shape on one machine: docker compose up
# Made from libs/topology by "npm run generate"; change it there.
#
# The step "secrets" makes every password and key at the first start, into one volume for each container that needs some.
# The administrator's password: docker compose exec identity cat ${SECRETS}/admin_password
`;

/** docker-compose.yml. */
export function composeFile(): string {
  const services: Compose = { secrets: secretsStep(), postgres: postgres(), redis: redis(), nats: nats() };
  for (const name of START_ORDER) {
    if (TOPOLOGY[name].migrate !== null) services[`${name}-migrate`] = migration(name);
    services[name] = service(name);
  }
  const compose = {
    name: 'chancery',
    services,
    networks: {
      // The only network with a way out; only the gateway is in it.
      public: {},
      bus: { internal: true },
      database: { internal: true },
      cache: { internal: true },
    },
    volumes: Object.fromEntries(
      ['postgres-data', 'nats-data', ...secretOwners().map(secretVolume)].map((name) => [name, {}]),
    ),
  };
  return HEADER + stringify(compose, { aliasDuplicateObjects: false, lineWidth: 0 });
}

function secretOwners(): readonly string[] {
  return [
    'state',
    'postgres',
    'redis',
    'nats',
    ...START_ORDER.flatMap((name) => (TOPOLOGY[name].migrate === null ? [name] : [name, `${name}-migrate`])),
  ];
}

function secretVolume(owner: string): string {
  return `secrets-${owner}`;
}

function mountSecrets(owner: string): string {
  return `${secretVolume(owner)}:${SECRETS}:ro`;
}

function secretsStep(): Compose {
  return {
    image: NODE_IMAGE,
    command: [
      'node',
      '/make-secrets.mjs',
      '/secrets',
      ...SERVICE_NAMES.map((name) => `${name}=${[...TOPOLOGY[name].backends, ...ownSecrets(name)].join(',')}`),
    ],
    network_mode: 'none',
    volumes: [
      './deploy/docker/make-secrets.mjs:/make-secrets.mjs:ro',
      ...secretOwners().map((owner) => `${secretVolume(owner)}:/secrets/${owner}`),
    ],
  };
}

/** Secrets that the deployment makes; the others are the operator's to give. */
function isDeployedSecret(setting: SettingName): boolean {
  const facts: SettingFacts = SETTINGS[setting];
  return facts.secret && facts.optional !== true;
}

/** The service's own settings that are secrets, as make-secrets.mjs knows them: CHANCERY_MASTER_KEY → master_key. */
function ownSecrets(name: ServiceName): readonly string[] {
  return TOPOLOGY[name].settings.filter(isDeployedSecret).map(secretFile);
}

function secretFile(setting: SettingName): string {
  return setting.replace('CHANCERY_', '').toLowerCase();
}

function healthcheck(test: readonly string[]): Compose {
  return { test, interval: '5s', timeout: '3s', retries: 12, start_period: '20s' };
}

function postgres(): Compose {
  return {
    image: 'postgres:17-bookworm',
    restart: 'unless-stopped',
    environment: {
      POSTGRES_DB: 'chancery',
      POSTGRES_PASSWORD_FILE: `${SECRETS}/superuser_password`,
      POSTGRES_INITDB_ARGS: '--auth-host=scram-sha-256 --locale=C --encoding=UTF8',
    },
    volumes: [
      'postgres-data:/var/lib/postgresql/data',
      './deploy/postgres:/docker-entrypoint-initdb.d:ro',
      mountSecrets('postgres'),
    ],
    networks: ['database'],
    // Asks the port, which opens only after the roles are there.
    healthcheck: healthcheck([
      'CMD',
      'pg_isready',
      '--host',
      '127.0.0.1',
      '--username',
      'postgres',
      '--dbname',
      'chancery',
    ]),
    depends_on: { secrets: { condition: 'service_completed_successfully' } },
    stop_grace_period: '60s',
  };
}

function redis(): Compose {
  return {
    image: 'redis:7-bookworm',
    restart: 'unless-stopped',
    command: ['redis-server', `${SECRETS}/redis.conf`],
    user: 'redis',
    ...HARDENED,
    volumes: [mountSecrets('redis')],
    networks: ['cache'],
    healthcheck: healthcheck([
      'CMD-SHELL',
      `REDISCLI_AUTH="$$(cat ${SECRETS}/password)" redis-cli ping | grep -q PONG`,
    ]),
    depends_on: { secrets: { condition: 'service_completed_successfully' } },
  };
}

function nats(): Compose {
  return {
    image: 'nats:2.11-alpine',
    restart: 'unless-stopped',
    entrypoint: ['sh', '-c', `set -a; . ${SECRETS}/nats.env; exec nats-server --config /etc/nats/nats.conf`],
    volumes: ['nats-data:/data', './deploy/nats/nats.conf:/etc/nats/nats.conf:ro', mountSecrets('nats')],
    networks: ['bus'],
    healthcheck: healthcheck(['CMD', 'wget', '-q', '-O', '-', 'http://127.0.0.1:8222/healthz?js-enabled-only=true']),
    depends_on: { secrets: { condition: 'service_completed_successfully' } },
    stop_grace_period: '30s',
  };
}

function built(name: ServiceName): Compose {
  return {
    image: `chancery-${name}`,
    build: { context: '.', dockerfile: 'deploy/docker/Dockerfile', args: { SERVICE: name } },
  };
}

function migration(name: ServiceName): Compose {
  return {
    ...built(name),
    command: ['node', ...(TOPOLOGY[name].migrate ?? [])],
    restart: 'on-failure',
    ...HARDENED,
    environment: { CHANCERY_DATABASE_URL_FILE: `${SECRETS}/database_url` },
    healthcheck: { disable: true },
    volumes: [mountSecrets(`${name}-migrate`)],
    networks: ['database'],
    depends_on: { postgres: { condition: 'service_healthy' } },
  };
}

function service(name: ServiceName): Compose {
  const wiring = TOPOLOGY[name];
  return {
    ...built(name),
    command: ['node', ...wiring.start],
    restart: 'unless-stopped',
    ...HARDENED,
    environment: environmentOf(name),
    volumes: [mountSecrets(name)],
    ...(wiring.publicPort === null
      ? {}
      : { ports: [`\${CHANCERY_PUBLISH:-127.0.0.1:${String(wiring.publicPort)}}:${String(wiring.publicPort)}`] }),
    networks: [
      ...(wiring.publicPort === null ? [] : ['public']),
      ...wiring.backends.map((backend) => BACKEND_NETWORKS[backend]),
    ],
    deploy: { replicas: wiring.replicas },
    depends_on: {
      ...Object.fromEntries(wiring.backends.map((backend) => [backend, { condition: 'service_healthy' }])),
      ...(wiring.migrate === null ? {} : { [`${name}-migrate`]: { condition: 'service_completed_successfully' } }),
      ...Object.fromEntries(wiring.startsAfter.map((other) => [other, { condition: 'service_healthy' }])),
    },
    stop_grace_period: '20s',
  };
}

/** What a container sets otherwise than the default, or lets the operator choose. */
const ENVIRONMENT: Partial<Record<SettingName, string>> = {
  CHANCERY_PUBLIC_URL: '${CHANCERY_PUBLIC_URL:-http://localhost:8080}',
  CHANCERY_HTTP_HOST: '0.0.0.0',
  CHANCERY_HTTP_PORT: '8080',
  CHANCERY_TRUSTED_PROXIES: '${CHANCERY_TRUSTED_PROXIES:-}',
  CHANCERY_ADMIN_USERNAME: '${CHANCERY_ADMIN_USERNAME:-admin}',
};

function environmentOf(name: ServiceName): Compose {
  const wiring = TOPOLOGY[name];
  const environment: Record<string, string> = {};
  for (const setting of [...wiring.backends.map((backend) => BACKEND_SETTINGS[backend]), ...wiring.settings]) {
    const value = ENVIRONMENT[setting];
    if (isDeployedSecret(setting)) environment[`${setting}_FILE`] = `${SECRETS}/${secretFile(setting)}`;
    else if (value !== undefined) environment[setting] = value;
  }
  return {
    ...environment,
    CHANCERY_LOG_LEVEL: '${CHANCERY_LOG_LEVEL:-info}',
    CHANCERY_MANAGEMENT_HOST: '0.0.0.0',
    CHANCERY_MANAGEMENT_PORT: String(MANAGEMENT_PORT),
  };
}
