import { AppError } from '#errors';
import type { Logger } from '#observability';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AccessDenials } from '../access/denials/access-denials.js';
import { type CommonHeaders, setCommonHeaders } from './common-headers.js';
import { oauthAnswer, problemAnswer } from './error-answers.js';
import type { GatewayRequest } from './gateway-request.js';
import type { KnownRoutes } from './known-routes.js';
import { isTokenUrl } from './paths.js';
import { peerOf } from './peer.js';
import { toAppError } from './to-app-error.js';
import type { UnreadableTokenRequests } from './unreadable-token-requests.js';

/** Answers everything that went wrong, wherever it did: the one place where errors become HTTP. */
export class ErrorResponder {
  constructor(
    private readonly logger: Logger,
    private readonly routes: KnownRoutes,
    private readonly headers: CommonHeaders,
    private readonly denials: AccessDenials,
    private readonly unreadable: UnreadableTokenRequests,
  ) {}

  /** Sends the answer for whatever was thrown. */
  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    let error = toAppError(thrown);
    if (reply.sent || reply.raw.headersSent) {
      this.logger.error({ requestId: request.id, error: thrown }, 'failed after the answer had begun');
      return;
    }
    // What the router refuses has not passed the hooks.
    if (!reply.hasHeader('x-request-id')) setCommonHeaders(reply, this.headers);
    if (error.code === 'not_found' && error.reason === 'http_layer') {
      const methods = this.routes.methodsOf(request.url);
      if (methods !== null && !methods.includes(request.method)) {
        reply.header('allow', methods.join(', '));
        error = new AppError('method_not_allowed', { detail: `This path answers ${methods.join(', ')}.` });
      } else if (methods !== null && request.method === 'OPTIONS') {
        reply.header('allow', methods.join(', ')).code(204).send();
        return;
      }
    }
    if (this.unreadable.concern(error, request as GatewayRequest)) {
      void this.unreadable.record(error, request as GatewayRequest).then((outcome) => {
        this.finish(outcome, request, reply);
      });
      return;
    }
    this.finish(error, request, reply);
  }

  private finish(error: AppError, request: FastifyRequest, reply: FastifyReply): void {
    this.log(error, request);
    this.note(error, request as GatewayRequest);
    this.send(error, request, reply);
  }

  private send(error: AppError, request: FastifyRequest, reply: FastifyReply): void {
    const ofTokenEndpoint = isTokenUrl(request.url);
    const answer = ofTokenEndpoint ? oauthAnswer(error) : problemAnswer(error, request.id);
    if (ofTokenEndpoint) reply.header('pragma', 'no-cache');
    if (answer.retryAfterSeconds !== null) reply.header('retry-after', String(answer.retryAfterSeconds));
    if (answer.status === 401 && !reply.hasHeader('www-authenticate')) {
      const challenge = ofTokenEndpoint ? basicChallenge(request) : 'Bearer realm="chancery"';
      if (challenge !== null) reply.header('www-authenticate', challenge);
    }
    reply
      .code(answer.status)
      .header('cache-control', 'no-store')
      .header('content-type', answer.contentType)
      .send(answer.body);
  }

  /** What the administration API refuses for who asks is on record. */
  private note(error: AppError, request: GatewayRequest): void {
    const { visitor } = request;
    const { status } = error.facts;
    if (visitor === null || (status !== 401 && status !== 403)) return;
    const { realm } = request.params as { realm?: string };
    this.denials.note({
      visitor,
      status,
      reason: error.reason ?? error.code,
      route: `${request.method} ${request.routeOptions.url ?? ''}`,
      realmInPath: realm ?? null,
      peer: peerOf(request),
      requestId: request.id,
      traceparent: request.callContext?.traceparent,
    });
  }

  private log(error: AppError, request: FastifyRequest): void {
    const fields = {
      requestId: request.id,
      code: error.code,
      ...(error.reason === undefined ? {} : { reason: error.reason }),
    };
    if (error.code === 'internal') this.logger.error({ ...fields, error: error.cause ?? error }, 'request failed');
    else if (error.facts.status >= 500 && error.code !== 'cancelled') this.logger.warn(fields, 'request not answered');
    else this.logger.debug(fields, 'request refused');
  }
}

/** RFC 6749 §5.2: a client that tried the `Authorization` header is told the scheme that works there. */
function basicChallenge(request: FastifyRequest): string | null {
  return request.headers.authorization === undefined ? null : 'Basic realm="chancery", charset="UTF-8"';
}
