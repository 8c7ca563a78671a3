import { AUDIT_CATALOGUE, AuditEvent } from '#contracts';
import { layDown, pickUp, type EventToLayDown } from '#transparency';

/**
 * How an event is laid down: in two texts of canonical JSON (RFC 8785), because what proves it is a hash over them. What is
 * personal stands beside the rest, so that it can be erased without touching what is proven.
 */
export interface StoredEvent {
  /** The event without its personal members; never changed after it is written. */
  readonly event: string;
  /** Its personal members; null when they were erased. */
  readonly personal: string | null;
  /** When the personal members were erased. */
  readonly erasedAt?: Date | null;
}

/** An event that can be laid down. */
export interface TypedEvent extends EventToLayDown {
  readonly type: string;
}

/** Personal members of `details`, by type of event. */
const PERSONAL_DETAILS = new Map(
  Object.entries(AUDIT_CATALOGUE).map(([type, { personal }]) => [type, new Set<string>(personal)]),
);

/** Members of an event in the order in which they are shown. */
const MEMBERS = Object.keys(AuditEvent.properties);

/** Takes an event apart. @throws Error when it has no canonical form (a number without end). */
export function storedEvent(event: TypedEvent): { readonly event: string; readonly personal: string } {
  return layDown(event, PERSONAL_DETAILS.get(event.type));
}

/** Puts an event together again; of what was erased, `ip` and `user_agent` are null, and `erased_at` tells when. */
export function wholeEvent(stored: StoredEvent): Readonly<Record<string, unknown>> {
  const event = pickUp(stored.event, stored.personal);
  const { erasedAt } = stored;
  return {
    ...Object.fromEntries(MEMBERS.map((member) => [member, event[member]])),
    ...(erasedAt ? { erased_at: erasedAt.toISOString() } : {}),
  };
}
