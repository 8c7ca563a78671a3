import { ERROR_CODES, type AppError, type ErrorCode } from '#errors';

/** An error as it leaves the product. */
export interface ErrorAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** Seconds for `Retry-After`; null when another try would change nothing. */
  readonly retryAfterSeconds: number | null;
}

/** What a caller is told to wait when the error itself does not say. */
const DEFAULT_RETRY_SECONDS = 1;

/**
 * Every code in the words of RFC 6749 §5.2 (and of §4.1.2.1 for what §5.2 has no word for). The status stays the code's
 * own, unless given here.
 */
const OAUTH_ANSWERS: Readonly<Record<ErrorCode, { readonly error: string; readonly status?: number }>> = {
  invalid_request: { error: 'invalid_request' },
  invalid_client: { error: 'invalid_client' },
  invalid_grant: { error: 'invalid_grant' },
  unauthorized_client: { error: 'unauthorized_client' },
  unsupported_grant_type: { error: 'unsupported_grant_type' },
  invalid_scope: { error: 'invalid_scope' },
  invalid_target: { error: 'invalid_target' },
  invalid_token: { error: 'invalid_grant', status: 400 },
  forbidden: { error: 'access_denied' },
  not_found: { error: 'invalid_request' },
  method_not_allowed: { error: 'invalid_request' },
  conflict: { error: 'invalid_request', status: 400 },
  precondition_failed: { error: 'invalid_request', status: 400 },
  payload_too_large: { error: 'invalid_request' },
  // RFC 6749 §3.2 prescribes the form encoding; another one is an invalid request, not an unsupported medium.
  unsupported_media_type: { error: 'invalid_request', status: 400 },
  malformed_request: { error: 'invalid_request' },
  validation_failed: { error: 'invalid_request', status: 400 },
  idempotency_key_reused: { error: 'invalid_request', status: 400 },
  too_many_requests: { error: 'temporarily_unavailable' },
  overloaded: { error: 'temporarily_unavailable' },
  unavailable: { error: 'temporarily_unavailable' },
  deadline_exceeded: { error: 'temporarily_unavailable' },
  cancelled: { error: 'temporarily_unavailable' },
  internal: { error: 'server_error' },
};

/** The answer of RFC 6749 §5.2. */
export function oauthAnswer(error: AppError): ErrorAnswer {
  const answer = OAUTH_ANSWERS[error.code];
  const status = answer.status ?? error.facts.status;
  return {
    status,
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify({
      error: answer.error,
      error_description: descriptionText(publicDetail(error) ?? error.facts.title),
    }),
    retryAfterSeconds: retryAfter(error),
  };
}

/** The answer of RFC 9457. */
export function problemAnswer(error: AppError, requestId: string): ErrorAnswer {
  const { status, title } = ERROR_CODES[error.code];
  const detail = publicDetail(error);
  return {
    status,
    contentType: 'application/problem+json; charset=utf-8',
    body: JSON.stringify({
      type: `urn:chancery:error:${error.code}`,
      title,
      status,
      ...(detail === undefined ? {} : { detail }),
      request_id: requestId,
      ...(error.fields === undefined || status >= 500 ? {} : { errors: error.fields }),
    }),
    retryAfterSeconds: retryAfter(error),
  };
}

/**
 * Text in the characters that RFC 6749 §5.2 allows an `error_description` and RFC 6750 §3 a quoted one: printable ASCII
 * without quotation mark and backslash.
 */
export function descriptionText(text: string): string {
  return text.replaceAll('"', "'").replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?');
}

/** What went wrong inside is nobody's business outside. */
function publicDetail(error: AppError): string | undefined {
  return error.facts.status >= 500 ? undefined : error.detail;
}

function retryAfter(error: AppError): number | null {
  return error.facts.retryable ? Math.max(1, Math.ceil(error.retryAfterSeconds ?? DEFAULT_RETRY_SECONDS)) : null;
}
