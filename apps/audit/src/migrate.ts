import { runServiceMigrations } from '#host';
import { auditService } from './audit.service.js';

await runServiceMigrations(auditService);
