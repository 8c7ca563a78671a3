import type { DatabaseDescription } from '#database';
import { AuditEventEntity } from './audit-event.entity.js';
import { CreateAuditLog1767225600000 } from './migrations/1767225600000-create-audit-log.js';
import { PoisonEntity } from './poison.entity.js';

/** The audit service's part of the database. */
export const auditDatabase: DatabaseDescription = {
  schema: 'audit',
  entities: [AuditEventEntity, PoisonEntity],
  migrations: [CreateAuditLog1767225600000],
  outbox: false,
};
