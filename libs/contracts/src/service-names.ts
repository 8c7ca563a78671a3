/**
 * One short word per service, the same everywhere: folder, Nest project, PostgreSQL schema, database roles, NATS user,
 * queue group, subject prefix, compose service, log field.
 */
export const SERVICE_NAMES = ['gateway', 'registry', 'roles', 'identity', 'tokens', 'audit'] as const;

/** A service's one word. */
export type ServiceName = (typeof SERVICE_NAMES)[number];
