import { runServiceMigrations } from '#host';
import { rolesService } from './roles.service.js';

await runServiceMigrations(rolesService);
