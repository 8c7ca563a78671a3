import { ERROR_CODES, isErrorCode, type ErrorCode, type ErrorCodeFacts } from './error-codes.js';
import type { FieldError } from './field-error.js';

/** What an error says beyond its code. `detail` and `fields` are public; `reason` and `cause` never leave the product. */
export interface AppErrorOptions {
  /** Public sentence for the caller. Must not help an attacker tell indistinguishable failures apart. */
  readonly detail?: string;
  /** Internal, machine-readable reason (`wrong_secret`), for logs and the audit record only. */
  readonly reason?: string;
  /** Public list of invalid members. */
  readonly fields?: readonly FieldError[];
  /** Seconds a caller should wait before the next try; only sent for retryable codes. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** The form of an error on the bus. The bus is internal, so the internal `reason` travels; causes and stacks do not. */
export interface WireError {
  readonly code: ErrorCode;
  readonly detail?: string;
  readonly reason?: string;
  readonly fields?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
}

/** The only error type that crosses a boundary: a registered code, a public half and an internal half. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly reason: string | undefined;
  readonly fields: readonly FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.detail ?? ERROR_CODES[code].title, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.detail = options.detail;
    this.reason = options.reason;
    this.fields = options.fields;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** The registry's facts about this error's code. */
  get facts(): ErrorCodeFacts {
    return ERROR_CODES[this.code];
  }

  /** Encodes for the bus. */
  toWire(): WireError {
    return {
      code: this.code,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...(this.reason === undefined ? {} : { reason: this.reason }),
      ...(this.fields === undefined ? {} : { fields: this.fields }),
      ...(this.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: this.retryAfterSeconds }),
    };
  }

  /** Decodes from the bus; anything unknown becomes `internal`. */
  static fromWire(value: unknown): AppError {
    if (typeof value !== 'object' || value === null) return new AppError('internal', { reason: 'undecodable_error' });
    const wire = value as Partial<Record<keyof WireError, unknown>>;
    if (!isErrorCode(wire.code)) return new AppError('internal', { reason: 'unknown_error_code' });
    return new AppError(wire.code, {
      ...(typeof wire.detail === 'string' ? { detail: wire.detail } : {}),
      ...(typeof wire.reason === 'string' ? { reason: wire.reason } : {}),
      ...(Array.isArray(wire.fields) ? { fields: wire.fields as FieldError[] } : {}),
      ...(typeof wire.retryAfterSeconds === 'number' ? { retryAfterSeconds: wire.retryAfterSeconds } : {}),
    });
  }

  /** Wraps anything thrown: an `AppError` passes through, all else becomes `internal` with the cause kept for the log. */
  static from(thrown: unknown): AppError {
    return thrown instanceof AppError ? thrown : new AppError('internal', { cause: thrown, reason: 'unexpected' });
  }
}
