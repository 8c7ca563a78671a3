import { HttpException, Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import { authorize } from '../http/authorize.js';
import type { RequestHeaders } from '../http/bearer.js';
import { refusalOf } from '../http/refusal.js';
import { AccessTokenError } from '../verification/access-token-error.js';
import { AccessTokenVerifier } from '../verification/access-token-verifier.js';
import { routeRequirements } from './route-requirements.js';

/** Lets requests through whose access token gives what the route requires; routes with `@Public()` are open. */
@Injectable()
export class AccessTokenGuard implements CanActivate {
  // Named one by one: compilers that emit no decorator metadata (esbuild, for one) inject nothing by type.
  constructor(
    @Inject(AccessTokenVerifier) private readonly verifier: AccessTokenVerifier,
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {}

  /** @throws HttpException with the answer of RFC 6750 §3. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    // A message of another transport has no Authorization header that could be judged: closed.
    if (context.getType() !== 'http') return false;
    const requirements = routeRequirements(
      (mark, target) => this.reflector.get<unknown>(mark, target as () => void),
      context.getHandler(),
      context.getClass(),
    );
    if (requirements === null) return true;
    const request = context.switchToHttp().getRequest<RequestHeaders & { readonly raw?: RequestHeaders }>();
    try {
      // Fastify keeps the request of node:http in `raw`; Express's is one itself.
      await authorize(this.verifier, request.raw ?? request, requirements, request);
      return true;
    } catch (thrown) {
      throw this.answered(thrown, context);
    }
  }

  private answered(thrown: unknown, context: ExecutionContext): unknown {
    if (!(thrown instanceof AccessTokenError)) return thrown;
    const { status, headers, body } = refusalOf(thrown, this.verifier.audience);
    const response = context.switchToHttp().getResponse<object>();
    const { httpAdapter } = this.host;
    for (const [name, value] of Object.entries(headers)) httpAdapter.setHeader(response, name, value);
    return new HttpException(body, status, { cause: thrown });
  }
}
