import type { AccessTokenError } from '../verification/access-token-error.js';

/** A refusal as HTTP (RFC 6750 §3). */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly error: string; readonly error_description: string };
}

/** Makes the answer to a request that is not let through. It tells nothing of why a token is not good. */
export function refusalOf(error: AccessTokenError, audience: readonly string[]): Refusal {
  const challenge = challengeOf(error, audience);
  return {
    status: error.status,
    headers: {
      'cache-control': 'no-store',
      ...(challenge === null ? {} : { 'www-authenticate': challenge }),
      ...(error.retryAfterSeconds === null ? {} : { 'retry-after': String(error.retryAfterSeconds) }),
    },
    body: { error: error.code, error_description: error.message },
  };
}

/** RFC 6750 §3: a request without a token is told no error code; 503 is no matter of authentication. */
function challengeOf({ code, message, requiredScope }: AccessTokenError, audience: readonly string[]): string | null {
  const realm = `realm="${quoted(audience[0] ?? '')}"`;
  switch (code) {
    case 'temporarily_unavailable':
      return null;
    case 'missing_token':
      return `Bearer ${realm}`;
    case 'invalid_request':
    case 'invalid_token':
    case 'insufficient_scope': {
      const scope = requiredScope.length === 0 ? '' : `, scope="${requiredScope.join(' ')}"`;
      return `Bearer ${realm}, error="${code}", error_description="${message}"${scope}`;
    }
  }
}

/** A quoted-string (RFC 9110 §5.6.4); what a header cannot hold is left out. */
function quoted(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&');
}
