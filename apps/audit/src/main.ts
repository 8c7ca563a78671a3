import { runService } from '#host';
import { auditService } from './audit.service.js';

await runService(auditService);
