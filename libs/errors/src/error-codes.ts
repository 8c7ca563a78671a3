/** What the registry of codes knows about one error. */
export interface ErrorCodeFacts {
  /** HTTP status the gateway answers with. */
  readonly status: number;
  /** Short human title, the `title` of RFC 9457 problem details. Never varies for a code. */
  readonly title: string;
  /** `oauth`: answered in the form of RFC 6749 §5.2 at protocol endpoints; `api`: RFC 9457 only. */
  readonly family: 'oauth' | 'api';
  /** Whether the same call may succeed later without a change by the caller; answered with `Retry-After`. */
  readonly retryable: boolean;
}

/**
 * Every error code of the product, in one place. Codes are part of the wire contract: they are added, never renamed.
 * Sources: RFC 6749 §5.2, RFC 8707 §2 (`invalid_target`), RFC 6750 §3.1 (`invalid_token`, `insufficient_scope`).
 */
export const ERROR_CODES = {
  invalid_request: { status: 400, title: 'Invalid request', family: 'oauth', retryable: false },
  invalid_client: { status: 401, title: 'Client authentication failed', family: 'oauth', retryable: false },
  invalid_grant: { status: 400, title: 'Invalid grant', family: 'oauth', retryable: false },
  unauthorized_client: { status: 400, title: 'Grant not allowed for this client', family: 'oauth', retryable: false },
  unsupported_grant_type: { status: 400, title: 'Unsupported grant type', family: 'oauth', retryable: false },
  invalid_scope: { status: 400, title: 'Invalid scope', family: 'oauth', retryable: false },
  invalid_target: { status: 400, title: 'Invalid target', family: 'oauth', retryable: false },
  invalid_token: { status: 401, title: 'Invalid access token', family: 'api', retryable: false },
  forbidden: { status: 403, title: 'Permission missing', family: 'api', retryable: false },
  not_found: { status: 404, title: 'Not found', family: 'api', retryable: false },
  method_not_allowed: { status: 405, title: 'Method not allowed', family: 'api', retryable: false },
  conflict: { status: 409, title: 'Conflict', family: 'api', retryable: false },
  precondition_failed: { status: 412, title: 'Changed by somebody else', family: 'api', retryable: false },
  payload_too_large: { status: 413, title: 'Body too large', family: 'api', retryable: false },
  unsupported_media_type: { status: 415, title: 'Unsupported media type', family: 'api', retryable: false },
  malformed_request: { status: 400, title: 'Malformed request', family: 'api', retryable: false },
  validation_failed: { status: 422, title: 'Validation failed', family: 'api', retryable: false },
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency key used for another request',
    family: 'api',
    retryable: false,
  },
  too_many_requests: { status: 429, title: 'Too many requests', family: 'api', retryable: true },
  overloaded: { status: 503, title: 'Overloaded', family: 'api', retryable: true },
  unavailable: { status: 503, title: 'Temporarily unavailable', family: 'api', retryable: true },
  deadline_exceeded: { status: 503, title: 'Took too long', family: 'api', retryable: true },
  cancelled: { status: 503, title: 'Cancelled by the caller', family: 'api', retryable: true },
  internal: { status: 500, title: 'Internal error', family: 'api', retryable: false },
} as const satisfies Record<string, ErrorCodeFacts>;

/** A registered error code. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Whether a string is a registered code (for decoding what came over the wire). */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERROR_CODES, value);
}
