import { runService } from '#host';
import { registryService } from './registry.service.js';

await runService(registryService);
