import { runService } from '#host';
import { identityService } from './identity.service.js';

await runService(identityService);
