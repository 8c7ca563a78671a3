import { runService } from '#host';
import { tokensService } from './tokens.service.js';

await runService(tokensService);
