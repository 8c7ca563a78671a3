import { runServiceMigrations } from '#host';
import { identityService } from './identity.service.js';

await runServiceMigrations(identityService);
