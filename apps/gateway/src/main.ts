import { runService } from '#host';
import { gatewayService } from './index.js';

await runService(gatewayService);
