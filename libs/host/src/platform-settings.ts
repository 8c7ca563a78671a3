import { Setting } from '#config';
import { LOG_LEVELS, type LogLevel } from '#observability';
import { IsIn, IsOptional, Matches, Max, Min } from 'class-validator';

/** Settings that every process takes, whatever it runs. */
export class PlatformSettings {
  @Setting({
    name: 'CHANCERY_DATABASE_URL',
    description:
      'PostgreSQL 15 or later, as postgresql://user:password@host:port/database. Standalone without it: PGlite in the data folder.',
    type: 'string',
    secret: true,
  })
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\//, { message: 'must begin with postgresql://' })
  databaseUrl?: string;

  @Setting({
    name: 'CHANCERY_REDIS_URL',
    description: 'Redis 7 or later, as redis://user:password@host:port. Standalone without it: memory.',
    type: 'string',
    secret: true,
  })
  @IsOptional()
  @Matches(/^rediss?:\/\//, { message: 'must begin with redis:// or rediss://' })
  redisUrl?: string;

  @Setting({
    name: 'CHANCERY_NATS_URL',
    description:
      'NATS 2.9 or later with JetStream, as nats://user:password@host:port. Standalone without it: in process.',
    type: 'string',
    secret: true,
  })
  @IsOptional()
  @Matches(/^(nats|tls):\/\//, { message: 'must begin with nats:// or tls://' })
  natsUrl?: string;

  @Setting({
    name: 'CHANCERY_SNAPSHOT_CACHE_MB',
    description:
      'How much memory parsed snapshots of realms, clients, users and roles may take in a service, in megabytes; the least recently used go first.',
    type: 'integer',
    default: 64,
  })
  @Min(1, { message: 'must be 1 or more' })
  @Max(4_096, { message: 'must be at most 4096' })
  snapshotCacheMegabytes!: number;

  @Setting({
    name: 'CHANCERY_LOG_LEVEL',
    description: `How much the log tells: ${LOG_LEVELS.join(', ')}. Default: info (standalone: warn).`,
    type: 'string',
  })
  @IsOptional()
  @IsIn(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(', ')}` })
  logLevel?: LogLevel;

  @Setting({
    name: 'CHANCERY_MANAGEMENT_PORT',
    description: 'Port for /health/live, /health/ready and /metrics; never make it public. Unset: not served.',
    type: 'integer',
  })
  @IsOptional()
  @Min(0, { message: 'must be 0 or more' })
  @Max(65_535, { message: 'must be at most 65535' })
  managementPort?: number;

  @Setting({
    name: 'CHANCERY_MANAGEMENT_HOST',
    description: 'Address the management port listens on.',
    type: 'string',
    default: '127.0.0.1',
  })
  managementHost!: string;
}
