import type { Actor, Peer, Principal } from '#contracts';
import { AppError } from '#errors';

/** Who asks, and of which realm: what the guard found out for an administration route. */
export interface Access {
  readonly principal: Principal;
  /** The realm in the path; null for routes without one. */
  readonly target: TargetRealm | null;
  readonly actor: Actor;
}

/** The realm that a route acts on. */
export interface TargetRealm {
  readonly id: string;
  readonly name: string;
}

/** The actor that services are told of; never made from anything in the body. */
export function actorOf(principal: Principal, peer: Peer): Actor {
  return {
    kind: principal.kind,
    id: principal.subjectId,
    clientId: principal.clientId,
    realm: principal.realm,
    permissions: principal.permissions,
    peer,
  };
}

/** The target realm of a route that has one. */
export function targetOf(access: Access): TargetRealm {
  if (access.target === null) throw new AppError('not_found', { reason: 'route_without_realm' });
  return access.target;
}
