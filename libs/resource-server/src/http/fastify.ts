import { AccessTokenError } from '../verification/access-token-error.js';
import type { AccessTokenVerifier } from '../verification/access-token-verifier.js';
import { authorize } from './authorize.js';
import type { RequestHeaders } from './bearer.js';
import { refusalOf } from './refusal.js';
import { checkRequirements, type AccessRequirements } from './requirements.js';

/** As much of a request of Fastify as is used. */
interface Request {
  readonly raw: RequestHeaders;
}
/** As much of a reply of Fastify as is used. */
interface Reply {
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(body: unknown): unknown;
}

/**
 * A hook for Fastify's `onRequest`: lets through who has a good token that gives all that is required, before a body is read;
 * `accessTokenOf(request)` is the token then.
 *
 *     app.get('/invoices', { onRequest: accessTokenHook(verifier, { permissions: ['invoices:read'] }) }, list);
 *
 * @throws TypeError for requirements that no token can meet.
 */
export function accessTokenHook(
  verifier: AccessTokenVerifier,
  requirements: AccessRequirements = {},
): (request: Request, reply: Reply) => Promise<void> {
  checkRequirements(requirements);
  return async (request, reply) => {
    try {
      await authorize(verifier, request.raw, requirements, request);
    } catch (thrown) {
      if (!(thrown instanceof AccessTokenError)) throw thrown;
      const { status, headers, body } = refusalOf(thrown, verifier.audience);
      reply.code(status);
      for (const [name, value] of Object.entries(headers)) reply.header(name, value);
      // Sent within the hook: Fastify goes no further once there is an answer.
      await reply.send(body);
    }
  };
}
