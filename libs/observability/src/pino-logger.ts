import { pino, type Logger as Pino } from 'pino';
import { errorFields } from './error-fields.js';
import { Logger } from './logger.js';

/** Members whose values never reach the log, whatever somebody passes. */
const MASKED = [
  'password',
  'secret',
  'client_secret',
  'clientSecret',
  'token',
  'access_token',
  'authorization',
  'masterKey',
];

/** How much the log tells. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
/** How much the log tells. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** JSON lines on standard output, by pino. */
export class PinoLogger extends Logger {
  private constructor(private readonly pino: Pino) {
    super();
  }

  /** Makes the log of a process; each service in it adds its name through `child`. */
  static create(level: LogLevel): PinoLogger {
    return new PinoLogger(
      pino({
        level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        redact: { paths: MASKED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '***' },
        serializers: { error: (error: unknown) => errorFields(error), err: (error: unknown) => errorFields(error) },
      }),
    );
  }

  debug(fields: object, message: string): void {
    this.pino.debug(fields, message);
  }

  info(fields: object, message: string): void {
    this.pino.info(fields, message);
  }

  warn(fields: object, message: string): void {
    this.pino.warn(fields, message);
  }

  error(fields: object, message: string): void {
    this.pino.error(fields, message);
  }

  child(fields: object): Logger {
    return new PinoLogger(this.pino.child(fields));
  }
}
