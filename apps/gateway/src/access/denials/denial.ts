import type { Peer, Principal } from '#contracts';
import type { Requirement } from '../requirements.js';
import type { TargetRealm } from '../access.js';

/** What the guard has found out so far of who knocks at an administration route. */
export interface Visitor {
  readonly requirement: Extract<Requirement, { kind: 'permissions' }>;
  /** Null until the bearer is known to be good. */
  principal: Principal | null;
  /** The realm in the path, once it is known to exist. */
  target: TargetRealm | null;
}

/** One refusal of the administration API. */
export interface Denial {
  readonly visitor: Visitor;
  readonly status: 401 | 403;
  readonly reason: string;
  /** Method and pattern of the route, never its path, which callers choose. */
  readonly route: string;
  /** The realm that the path names, which may not exist. */
  readonly realmInPath: string | null;
  readonly peer: Peer;
  readonly requestId: string;
  readonly traceparent: string | undefined;
}

/** Refusals of one bearer with one key are alike: they share an event. */
export function denialKey({ visitor, status, reason, route, realmInPath, peer }: Denial): string {
  return JSON.stringify([status, reason, route, realmInPath, visitor.principal === null ? peer.ip : null]);
}
