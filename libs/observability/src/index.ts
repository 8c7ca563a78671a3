export { Logger, SilentLogger } from './logger.js';
export { ManagementServer } from './management-server.js';
export { NestLogger } from './nest-logger.js';
export { LOG_LEVELS, PinoLogger, type LogLevel } from './pino-logger.js';
export { Readiness } from './readiness.js';
