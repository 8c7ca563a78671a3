/** What the wiring needs to know of a setting; its rules are in the settings class that declares it. */
export interface SettingFacts {
  /** Handed over as a file (`<NAME>_FILE`), never in an environment that others may read. */
  readonly secret: boolean;
  /** A secret that need not be given: the deployment makes none. */
  readonly optional?: true;
}

/** Every setting of the product. A variable `CHANCERY_…` that is not here is refused at start. */
export const SETTINGS = {
  CHANCERY_PUBLIC_URL: { secret: false },
  CHANCERY_HTTP_HOST: { secret: false },
  CHANCERY_HTTP_PORT: { secret: false },
  CHANCERY_TRUSTED_PROXIES: { secret: false },
  CHANCERY_MAX_IN_FLIGHT: { secret: false },
  CHANCERY_DATA_DIR: { secret: false },
  CHANCERY_DATABASE_URL: { secret: true },
  CHANCERY_REDIS_URL: { secret: true },
  CHANCERY_NATS_URL: { secret: true },
  CHANCERY_MASTER_KEY: { secret: true },
  CHANCERY_ACCESS_TOKEN_WARN_BYTES: { secret: false },
  CHANCERY_ACCESS_TOKEN_MAX_BYTES: { secret: false },
  CHANCERY_ADMIN_USERNAME: { secret: false },
  CHANCERY_ADMIN_PASSWORD: { secret: true },
  CHANCERY_SNAPSHOT_CACHE_MB: { secret: false },
  CHANCERY_AUDIT_SYSLOG_URL: { secret: false },
  CHANCERY_AUDIT_OTLP_URL: { secret: false },
  CHANCERY_AUDIT_OTLP_HEADERS: { secret: true, optional: true },
  CHANCERY_WEBHOOK_ALLOW_HTTP: { secret: false },
  CHANCERY_WEBHOOK_ALLOW_PRIVATE_ADDRESSES: { secret: false },
  CHANCERY_WEBHOOK_RETRY_SECONDS: { secret: false },
  CHANCERY_LOG_LEVEL: { secret: false },
  CHANCERY_MANAGEMENT_HOST: { secret: false },
  CHANCERY_MANAGEMENT_PORT: { secret: false },
} as const satisfies Record<`CHANCERY_${string}`, SettingFacts>;

/** The name of a setting. */
export type SettingName = keyof typeof SETTINGS;

/** The names of all settings. */
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** What every process takes, whatever it runs. */
export const PLATFORM_SETTINGS = [
  'CHANCERY_DATABASE_URL',
  'CHANCERY_REDIS_URL',
  'CHANCERY_NATS_URL',
  'CHANCERY_SNAPSHOT_CACHE_MB',
  'CHANCERY_LOG_LEVEL',
  'CHANCERY_MANAGEMENT_PORT',
  'CHANCERY_MANAGEMENT_HOST',
] as const satisfies readonly SettingName[];
