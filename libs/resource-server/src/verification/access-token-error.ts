/** What is wrong with a request, as RFC 6750 §3.1 names it; `missing_token` is its case without an error code. */
export type AccessTokenErrorCode =
  'missing_token' | 'invalid_request' | 'invalid_token' | 'insufficient_scope' | 'temporarily_unavailable';

const DESCRIPTIONS: Readonly<Record<AccessTokenErrorCode, string>> = {
  missing_token: 'An access token is needed.',
  invalid_request: 'The request must carry exactly one access token, in one Authorization header.',
  // One sentence for every reason: what exactly failed helps nobody but who tries tokens out.
  invalid_token: 'The access token is not valid here.',
  insufficient_scope: 'The access token does not give what this needs.',
  temporarily_unavailable: 'The access token cannot be checked at the moment.',
};

/**
 * A request that is not let through. `message` and `code` may be shown to the caller; `reason` is for the log alone: it tells which
 * check failed, never what the token contains.
 */
export class AccessTokenError extends Error {
  override readonly name = 'AccessTokenError';
  /** For `insufficient_scope`: the permissions that are needed. */
  readonly requiredScope: readonly string[];
  /** For `temporarily_unavailable`: when to try again. */
  readonly retryAfterSeconds: number | null;

  constructor(
    readonly code: AccessTokenErrorCode,
    readonly reason: string,
    facts: {
      readonly requiredScope?: readonly string[];
      readonly retryAfterSeconds?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(DESCRIPTIONS[code], facts.cause === undefined ? undefined : { cause: facts.cause });
    this.requiredScope = facts.requiredScope ?? [];
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null;
  }

  /** The HTTP status (RFC 6750 §3.1). */
  get status(): 400 | 401 | 403 | 503 {
    switch (this.code) {
      case 'missing_token':
      case 'invalid_token':
        return 401;
      case 'invalid_request':
        return 400;
      case 'insufficient_scope':
        return 403;
      case 'temporarily_unavailable':
        return 503;
    }
  }
}

/** Makes the one answer to every token that is not good. */
export function invalidToken(reason: string, cause?: unknown): AccessTokenError {
  return new AccessTokenError('invalid_token', reason, { cause });
}
