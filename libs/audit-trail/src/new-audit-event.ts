import type { Actor, AuditDetails, AuditEvent, AuditEventType, Peer } from '#contracts';
import { traceIdOf, type CallContext } from '#messaging';
import { EventIds } from './event-ids.js';
import { maskDeeply, maskSecrets } from './mask-secrets.js';

/** What varies from event to event; the rest comes from the context and the clock. */
export interface AuditFacts<T extends AuditEventType = AuditEventType> {
  readonly type: T;
  readonly realm: string;
  readonly realmId: string | null;
  readonly outcome?: 'success' | 'failure';
  readonly reason?: string | null;
  readonly actor: AuditEvent['actor'];
  readonly clientId?: string | null;
  readonly subjectId?: string | null;
  readonly jti?: string | null;
  readonly target?: { readonly kind: string; readonly id: string } | null;
  readonly peer?: Peer | null;
  /** As the catalogue says of the type. Never a secret, token or password: mask with `MASK`. */
  readonly details: AuditDetails<T>;
}

const cut = (value: string | null | undefined, length: number): string | null =>
  value === null || value === undefined ? null : maskSecrets(value).slice(0, length);

const ids = new EventIds();

/**
 * Makes a complete audit event. Its id is a fresh UUIDv7 that carries the event's time, in the order of making within one
 * millisecond. Strings that came from outside are cut to what the contract allows, and lose what
 * is plainly a secret; those of `details` too.
 */
export function newAuditEvent<T extends AuditEventType>(
  facts: AuditFacts<T>,
  context: CallContext,
  now: Date,
): AuditEvent {
  return {
    id: ids.next(now),
    realm: maskSecrets(facts.realm).slice(0, 255),
    realm_id: facts.realmId,
    type: facts.type,
    outcome: facts.outcome ?? 'success',
    reason: cut(facts.reason, 255),
    time: now.toISOString(),
    actor: { ...facts.actor, client_id: cut(facts.actor.client_id, 255) },
    client_id: cut(facts.clientId, 255),
    subject_id: facts.subjectId ?? null,
    jti: facts.jti ?? null,
    target: facts.target ?? null,
    ip: cut(facts.peer?.ip, 64),
    user_agent: cut(facts.peer?.userAgent, 512),
    request_id: context.requestId,
    trace_id: traceIdOf(context),
    details: { ...maskDeeply(facts.details) },
  };
}

/** The audit form of an administrator. */
export function auditActor(actor: Actor): AuditEvent['actor'] {
  return { kind: actor.kind, id: actor.id, client_id: actor.clientId };
}

/** Only the members that differ, as `{ member: { before, after } }`, for `details.changes`. */
export function changesBetween(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Record<string, { before: unknown; after: unknown }> {
  const changes: Record<string, { before: unknown; after: unknown }> = {};
  for (const member of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const change = { before: before[member] ?? null, after: after[member] ?? null };
    if (JSON.stringify(change.before) !== JSON.stringify(change.after)) changes[member] = change;
  }
  return changes;
}
