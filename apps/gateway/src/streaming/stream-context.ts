import { newCallContext, type CallContext } from '#messaging';
import { bearerOf } from '../access/bearer.js';
import { contextOf } from '../http/call-context.js';
import type { GatewayRequest } from '../http/gateway-request.js';

/** How long one part of a stream may take, in milliseconds; a stream has no deadline of its own. */
const PART_DEADLINE_MS = 15_000;

/** A context for the next part of a stream: with the request's id, trace and signal that the client has gone. */
export function partContext(request: GatewayRequest): CallContext {
  contextOf(request);
  const traceparent = request.headers['traceparent'];
  return newCallContext({
    deadlineMs: PART_DEADLINE_MS,
    requestId: request.id,
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    signal: request.abandoned?.signal,
  });
}

/** Whether the client has gone away. */
export function isAbandoned(request: GatewayRequest): boolean {
  return request.abandoned?.signal.aborted === true;
}

/** The bearer token of a request that the guard has let in. */
export function tokenOf(request: GatewayRequest): string {
  const bearer = bearerOf(request.raw);
  return bearer.kind === 'token' ? bearer.token : '';
}
