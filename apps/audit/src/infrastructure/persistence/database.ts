import type { DatabaseDescription } from '#database';
import { CreateAuditLog1767225600000 } from './migrations/1767225600000-create-audit-log.js';
import { PoisonEntity } from './poison.entity.js';

/** The audit service's part of the database. `audit.events` has no entity: its statements are written out. */
export const auditDatabase: DatabaseDescription = {
  schema: 'audit',
  entities: [PoisonEntity],
  migrations: [CreateAuditLog1767225600000],
  outbox: false,
};
