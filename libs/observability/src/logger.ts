/**
 * Structured log, one JSON object a line (pino). Also the dependency-injection token. Never give it a secret, a token or a
 * whole request: fields named like one are masked, but that is the net, not the rule.
 */
export abstract class Logger {
  abstract debug(fields: object, message: string): void;
  abstract info(fields: object, message: string): void;
  abstract warn(fields: object, message: string): void;
  abstract error(fields: object, message: string): void;
  abstract child(fields: object): Logger;
}

/** A log that goes nowhere, for tests. */
export class SilentLogger extends Logger {
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(): void {}
  child(): Logger {
    return this;
  }
}
