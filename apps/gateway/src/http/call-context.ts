import { CONFIGURATION_DEADLINE_MS } from '#contracts';
import { newCallContext, type CallContext } from '#messaging';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { GatewayRequest } from './gateway-request.js';

/** How long a request may take in all, in milliseconds. Above every contract's own deadline, which is what usually ends it. */
const REQUEST_DEADLINE_MS = 20_000;
/** Routes that take or give a whole realm. */
const OF_CONFIGURATION = /^\/realms\/:realm\/(export|plan|apply)$/;

/** The call context of a request: its id, its trace, its deadline, and the signal that the client has gone away. */
export function contextOf(request: GatewayRequest): CallContext {
  if (request.callContext !== null) return request.callContext;
  const traceparent = request.headers['traceparent'];
  request.abandoned ??= new AbortController();
  request.callContext = newCallContext({
    deadlineMs: OF_CONFIGURATION.test(request.routeOptions.url ?? '')
      ? CONFIGURATION_DEADLINE_MS + 2_000
      : REQUEST_DEADLINE_MS,
    requestId: request.id,
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    signal: request.abandoned.signal,
  });
  return request.callContext;
}

/** Gives a handler the call context of its request. */
export const Context = createParamDecorator((_data: unknown, host: ExecutionContext): CallContext =>
  contextOf(host.switchToHttp().getRequest<GatewayRequest>()),
);
