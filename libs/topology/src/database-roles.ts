import type { ServiceName } from '#contracts';
import { START_ORDER, TOPOLOGY } from './topology.js';

/** The two database roles of a service and what its running one may do. */
export interface DatabaseRoles {
  readonly service: ServiceName;
  readonly schema: ServiceName;
  /** Owns the schema and migrates it. */
  readonly owner: string;
  /** Runs the service; may do only what `tablePrivileges` says. */
  readonly app: string;
  readonly tablePrivileges: readonly ('SELECT' | 'INSERT' | 'UPDATE' | 'DELETE')[];
}

/** The database roles of every service that owns data. */
export const DATABASE_ROLES: readonly DatabaseRoles[] = START_ORDER.filter((name) =>
  TOPOLOGY[name].backends.includes('postgres'),
).map((service) => ({
  service,
  schema: service,
  owner: `chancery_${service}_owner`,
  app: `chancery_${service}_app`,
  // The audit log can be added to and read, by nobody altered (guarantee G3).
  tablePrivileges: service === 'audit' ? ['SELECT', 'INSERT'] : ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
}));
