import { AccessTokenError } from '../verification/access-token-error.js';
import type { AccessTokenVerifier } from '../verification/access-token-verifier.js';
import type { VerifiedAccessToken } from '../verification/verified-access-token.js';
import { bearerOf, type RequestHeaders } from './bearer.js';
import { requireAccess, type AccessRequirements } from './requirements.js';

/** Tokens by the request they came with: where nobody else writes. */
const tokens = new WeakMap<object, VerifiedAccessToken>();

/**
 * The token that opened a request to this handler.
 *
 * @throws Error when nothing has verified one: the route is not protected.
 */
export function accessTokenOf(request: object): VerifiedAccessToken {
  const token = tokens.get(request);
  if (token === undefined)
    throw new Error('No access token was verified for this request: the route is not protected.');
  return token;
}

/** The same, or null where nothing has verified one. */
export function accessTokenIfAny(request: object): VerifiedAccessToken | null {
  return tokens.get(request) ?? null;
}

/**
 * Lets a request through, or not: reads its bearer, verifies it, and checks what it gives.
 *
 * @param key the request as the handler gets it: `accessTokenOf(key)` finds the token
 * @throws AccessTokenError whatever goes wrong. What could not be checked is not let through.
 */
export async function authorize(
  verifier: AccessTokenVerifier,
  request: RequestHeaders,
  requirements: AccessRequirements,
  key: object,
): Promise<VerifiedAccessToken> {
  try {
    const token = await verifier.verify(bearerOf(request));
    requireAccess(token, requirements);
    tokens.set(key, token);
    return token;
  } catch (thrown) {
    const error =
      thrown instanceof AccessTokenError
        ? thrown
        : new AccessTokenError('temporarily_unavailable', 'check_failed', { retryAfterSeconds: 1, cause: thrown });
    verifier.noteRefusal(error);
    throw error;
  }
}
