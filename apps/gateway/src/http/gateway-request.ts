import type { CallContext } from '#messaging';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '../access/access.js';
import type { Visitor } from '../access/denials/denial.js';

/** What the gateway keeps with a request; filled by the hooks and the guard. */
export interface GatewayRequest extends FastifyRequest {
  /** Made by the first who needs it; see `contextOf`. */
  callContext: CallContext | null;
  /** Aborted when the client goes away before the answer is out. */
  abandoned: AbortController | null;
  /** Who asks and of which realm; set by the guard on routes that are not public. */
  access: Access | null;
  /** Who knocks at a route that is not public; set by the guard, also of those it does not let in. */
  visitor: Visitor | null;
  /** Gives the place among the requests in hand back; null when none was taken. */
  release: (() => void) | null;
  /** Set once the token service has the request: what it refuses it has recorded. */
  asksForToken: true | null;
}

/** The fields a request is decorated with, so that every request has one shape. */
export const GATEWAY_REQUEST_FIELDS = [
  'callContext',
  'abandoned',
  'access',
  'visitor',
  'release',
  'asksForToken',
] as const;

/** The reply as handlers see it. */
export type GatewayReply = FastifyReply;
