import { SERVICE_NAMES, type ServiceName } from '#contracts';
import type { SettingName } from './settings.js';

/** A server that services stand on. */
export type Backend = 'postgres' | 'redis' | 'nats';

/** The setting that holds a backend's URL. */
export const BACKEND_SETTINGS = {
  postgres: 'CHANCERY_DATABASE_URL',
  redis: 'CHANCERY_REDIS_URL',
  nats: 'CHANCERY_NATS_URL',
} as const satisfies Record<Backend, SettingName>;

/** How one service is wired: what the launcher, docker-compose.yml and deploy/ are made from. */
export interface ServiceWiring {
  readonly name: ServiceName;
  /** Arguments of `node`, from the folder of the product. */
  readonly start: readonly string[];
  /** Arguments of `node` for the migration step; null for a service that owns no data. */
  readonly migrate: readonly string[] | null;
  /** The service's own settings; those of the platform come with it. */
  readonly settings: readonly SettingName[];
  readonly backends: readonly Backend[];
  /**
   * Those that are ready before this one is started. Only for an orderly first start: every service may be started,
   * stopped and restarted at any time.
   */
  readonly startsAfter: readonly ServiceName[];
  /** The port it serves the public on, in a container; null when it serves the bus only. */
  readonly publicPort: number | null;
  /** How many run by default; every service may run as any number of replicas. */
  readonly replicas: number;
}

/** The management port of a service in a container, where each has an address of its own. */
export const MANAGEMENT_PORT = 9_090;
/** On the management port: 200 when the service takes work, else 503. */
export const READY_PATH = '/health/ready';
/** On the management port: 200 while the process lives. */
export const LIVE_PATH = '/health/live';

/**
 * Options of `node` for every service. Young objects live for one request: a larger nursery (MiB) lets most die before they
 * are ever copied.
 */
export const NODE_OPTIONS = ['--enable-source-maps', '--max-semi-space-size=64'] as const;

function wire(
  name: ServiceName,
  differs: Pick<ServiceWiring, 'settings' | 'backends'> & Partial<ServiceWiring>,
): ServiceWiring {
  return {
    name,
    start: [...NODE_OPTIONS, `dist/apps/${name}/src/main.js`],
    migrate: differs.backends.includes('postgres') ? [...NODE_OPTIONS, `dist/apps/${name}/src/migrate.js`] : null,
    startsAfter: [],
    publicPort: null,
    replicas: 1,
    ...differs,
  };
}

/** The wiring of every service. */
export const TOPOLOGY: Readonly<Record<ServiceName, ServiceWiring>> = {
  gateway: wire('gateway', {
    settings: [
      'CHANCERY_PUBLIC_URL',
      'CHANCERY_HTTP_HOST',
      'CHANCERY_HTTP_PORT',
      'CHANCERY_TRUSTED_PROXIES',
      'CHANCERY_MAX_IN_FLIGHT',
    ],
    backends: ['nats'],
    // The first request through a gateway that reports ready finds everything behind it.
    startsAfter: ['registry', 'roles', 'identity', 'tokens', 'audit'],
    publicPort: 8_080,
  }),
  registry: wire('registry', { settings: [], backends: ['postgres', 'redis', 'nats'] }),
  roles: wire('roles', { settings: [], backends: ['postgres', 'redis', 'nats'] }),
  identity: wire('identity', {
    settings: ['CHANCERY_ADMIN_USERNAME', 'CHANCERY_ADMIN_PASSWORD'],
    backends: ['postgres', 'redis', 'nats'],
  }),
  tokens: wire('tokens', {
    settings: [
      'CHANCERY_PUBLIC_URL',
      'CHANCERY_MASTER_KEY',
      'CHANCERY_ACCESS_TOKEN_WARN_BYTES',
      'CHANCERY_ACCESS_TOKEN_MAX_BYTES',
    ],
    backends: ['postgres', 'redis', 'nats'],
  }),
  audit: wire('audit', {
    settings: [
      'CHANCERY_MASTER_KEY',
      'CHANCERY_AUDIT_SYSLOG_URL',
      'CHANCERY_AUDIT_OTLP_URL',
      'CHANCERY_AUDIT_OTLP_HEADERS',
      'CHANCERY_WEBHOOK_ALLOW_HTTP',
      'CHANCERY_WEBHOOK_ALLOW_PRIVATE_ADDRESSES',
      'CHANCERY_WEBHOOK_RETRY_SECONDS',
    ],
    backends: ['postgres', 'nats'],
  }),
};

/** The services in an order in which each comes after those it waits for. */
export const START_ORDER: readonly ServiceName[] = orderOf(TOPOLOGY);

/** The same, in steps: the services of one step may start at the same time. */
export const START_STEPS: readonly (readonly ServiceName[])[] = stepsOf(TOPOLOGY);

function stepsOf(topology: Readonly<Record<ServiceName, ServiceWiring>>): readonly (readonly ServiceName[])[] {
  const steps: ServiceName[][] = [];
  const placed = new Set<ServiceName>();
  while (placed.size < SERVICE_NAMES.length) {
    const step = SERVICE_NAMES.filter(
      (name) => !placed.has(name) && topology[name].startsAfter.every((before) => placed.has(before)),
    );
    if (step.length === 0) throw new Error('Services wait for each other in a circle.');
    steps.push(step);
    for (const name of step) placed.add(name);
  }
  return steps;
}

function orderOf(topology: Readonly<Record<ServiceName, ServiceWiring>>): readonly ServiceName[] {
  return stepsOf(topology).flat();
}
