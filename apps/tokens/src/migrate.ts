import { runServiceMigrations } from '#host';
import { tokensService } from './tokens.service.js';

await runServiceMigrations(tokensService);
