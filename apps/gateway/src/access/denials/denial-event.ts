import { newAuditEvent } from '#audit-trail';
import { MASTER_REALM, type AuditEvent } from '#contracts';
import { newCallContext, type CallContext } from '#messaging';
import type { Denial } from './denial.js';

/** How often it happened, and when. */
export interface Tally {
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** How long a record of a refusal may take: nobody waits for it. */
const PUBLISH_MS = 10_000;

/** The context of a record: the request's own may be over by then. */
export function recordContext(denial: Pick<Denial, 'requestId' | 'traceparent'> | null): CallContext {
  return newCallContext({
    deadlineMs: PUBLISH_MS,
    ...(denial === null ? {} : { requestId: denial.requestId, traceparent: denial.traceparent }),
  });
}

/** The record of refusals that are alike. */
export function denialEvent(denial: Denial, tally: Tally, context: CallContext, now: Date): AuditEvent {
  const { visitor, status, reason, route, realmInPath, peer } = denial;
  const { principal, target, requirement } = visitor;
  const realm = realmOf(principal, target, realmInPath);
  return newAuditEvent(
    {
      type: 'access.denied',
      ...realm,
      outcome: 'failure',
      reason,
      actor:
        principal === null
          ? { kind: 'anonymous', id: null, client_id: null }
          : { kind: principal.kind, id: principal.subjectId, client_id: principal.clientId },
      clientId: principal?.clientId ?? null,
      target: { kind: 'route', id: route },
      peer,
      details: { status, needs: [...requirement.anyOf], ...tallied(tally) },
    },
    context,
    now,
  );
}

/** The record of all that is beyond what is recorded one by one. */
export function overflowEvent(tally: Tally, context: CallContext, now: Date): AuditEvent {
  return newAuditEvent(
    {
      type: 'access.denied',
      realm: MASTER_REALM,
      realmId: null,
      outcome: 'failure',
      reason: 'too_many_kinds',
      actor: { kind: 'anonymous', id: null, client_id: null },
      target: { kind: 'route', id: '*' },
      details: { status: null, needs: [], ...tallied(tally) },
    },
    context,
    now,
  );
}

function tallied({ count, firstAt, lastAt }: Tally) {
  return { count, first_at: firstAt.toISOString(), last_at: lastAt.toISOString() };
}

/** Of the realm that was knocked at; where that is not known to exist, of the bearer's own, else of none. */
function realmOf(
  principal: Denial['visitor']['principal'],
  target: Denial['visitor']['target'],
  realmInPath: string | null,
): { readonly realm: string; readonly realmId: string | null } {
  if (target !== null) return { realm: target.name, realmId: target.id };
  if (principal !== null) return { realm: principal.realm, realmId: principal.realmId };
  return { realm: realmInPath ?? MASTER_REALM, realmId: null };
}
