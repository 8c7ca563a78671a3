import { runServiceMigrations } from '#host';
import { registryService } from './registry.service.js';

await runServiceMigrations(registryService);
