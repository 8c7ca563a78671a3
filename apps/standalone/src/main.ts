import { guarded } from '#host';
import { runStandalone } from './standalone.js';

await guarded('standalone', runStandalone);
