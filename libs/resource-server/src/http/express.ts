import { AccessTokenError } from '../verification/access-token-error.js';
import type { AccessTokenVerifier } from '../verification/access-token-verifier.js';
import { authorize } from './authorize.js';
import type { RequestHeaders } from './bearer.js';
import { refusalOf } from './refusal.js';
import { checkRequirements, type AccessRequirements } from './requirements.js';

/** As much of an answer of `node:http` as is used; Express's is one. */
interface ServerResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

/**
 * Middleware for Express (and whatever else has its form): lets through who has a good token that gives all that is required;
 * `accessTokenOf(request)` is the token then.
 *
 *     app.get('/invoices', requireAccessToken(verifier, { permissions: ['invoices:read'] }), list);
 *
 * @throws TypeError for requirements that no token can meet.
 */
export function requireAccessToken(
  verifier: AccessTokenVerifier,
  requirements: AccessRequirements = {},
): (request: RequestHeaders, response: ServerResponse, next: (error?: unknown) => void) => void {
  checkRequirements(requirements);
  return (request, response, next) => {
    authorize(verifier, request, requirements, request).then(
      () => {
        next();
      },
      (thrown: unknown) => {
        if (!(thrown instanceof AccessTokenError)) {
          next(thrown ?? new Error('refused'));
          return;
        }
        const { status, headers, body } = refusalOf(thrown, verifier.audience);
        response.statusCode = status;
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(body));
      },
    );
  };
}
