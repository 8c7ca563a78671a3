import { runService } from '#host';
import { rolesService } from './roles.service.js';

await runService(rolesService);
