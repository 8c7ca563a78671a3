import type { ServiceDescription } from '#host';
import { AuditModule } from './audit.module.js';
import { AuditSettings } from './config.js';
import { auditDatabase } from './infrastructure/persistence/database.js';

/** The audit service: the log of everything that happened. */
export const auditService: ServiceDescription<AuditSettings> = {
  name: 'audit',
  module: AuditModule,
  settings: AuditSettings,
  database: auditDatabase,
};
