export { Logger, SilentLogger } from './logger.js';
export { Readiness } from './readiness.js';
