import { makeLeaf, type EventLeaf } from '#transparency';
import { createHash } from 'node:crypto';
import { timeOfEventId } from './event-id.js';
import { storedEvent, type TypedEvent } from './event-text.js';
import { NO_KNOWN_REALM, type RealmScopeId } from './realm-scope.js';

/** The members of an event that the log can be searched by. Times are RFC 3339 instants with milliseconds. */
export interface SearchableEvent extends TypedEvent {
  /** A UUIDv7 of `time`. */
  readonly id: string;
  readonly realm: string;
  readonly realm_id: string | null;
  readonly outcome: 'success' | 'failure';
  readonly time: string;
  readonly actor: { readonly id: string | null };
  readonly client_id: string | null;
  readonly subject_id: string | null;
  readonly jti: string | null;
  readonly target: { readonly kind: string; readonly id: string | null } | null;
}

/** What follows from an event and stands beside it. */
export interface EventKeys {
  readonly type: string;
  readonly outcome: 'success' | 'failure';
  readonly actorId: string | null;
  readonly clientId: string | null;
  readonly subjectId: string | null;
  /** Of a target that is somebody: whose events are found by it. */
  readonly targetId: string | null;
  readonly jti: string | null;
  readonly ip: string | null;
}

/** One event as the log keeps it: the keys it is found by, and the event itself. */
export interface LogEntry extends EventKeys {
  /** The event without its personal members, and these: canonical JSON both. */
  readonly event: string;
  readonly personal: string;
  /** What proves the event, wherever in the log its place will be. */
  readonly leaf: EventLeaf;
  readonly id: string;
  readonly realmId: RealmScopeId;
  readonly time: Date;
}

/** What arrived but is no event of this log: kept aside for an operator, never dropped. */
export interface SetAsidePayload {
  /** SHA-256 of the payload in hex, so that a payload delivered again is kept once. */
  readonly digest: string;
  readonly payload: string;
  readonly error: string;
}

/** Longest search key, in UTF-16 units: four bytes each still fit an index row of PostgreSQL (2704 bytes). */
const LONGEST_KEY = 512;

/**
 * The form in which a member is compared: cut to what an index can hold and without NUL, which PostgreSQL text cannot hold.
 * Events carry what strangers sent; none of it may stop the log. Filters pass through here too.
 */
export function searchKey(value: string): string {
  if (value.length <= LONGEST_KEY && !value.includes('\0') && value.isWellFormed()) return value;
  return value.slice(0, LONGEST_KEY).replaceAll('\0', '\u{FFFD}').toWellFormed();
}

const optionalKey = (value: string | null): string | null => (value === null ? null : searchKey(value));

/** Why an event is no entry of the log, in words for an operator. */
export type EntryFault =
  | 'only the log itself tells of this'
  | 'time is not an instant'
  | 'id is not a UUIDv7 of the time'
  | 'it has no canonical form';

/**
 * Makes the entry of an event, or tells what is wrong with it: a time that is no time at all (`2026-02-31…` passes a
 * pattern), an id that does not carry that time, by which the log is ordered, a number that JSON does not have.
 */
export function toLogEntry(event: SearchableEvent): LogEntry | EntryFault {
  const time = timeOfEventId(event.id);
  // One comparison for both: what the id tells is an instant, and it is written as the time is.
  if (time === null || time.toISOString() !== event.time) return faultOfTime(event);
  const texts = textsOf(event);
  if (texts === null) return 'it has no canonical form';
  return {
    id: event.id,
    realmId: event.realm_id ?? NO_KNOWN_REALM,
    time,
    ...keysOf(event),
    ...texts,
    leaf: makeLeaf(texts),
  };
}

/** What an event is found by, other than its realm, its id and the time in that. */
export function keysOf(event: SearchableEvent): EventKeys {
  return {
    type: searchKey(event.type),
    outcome: event.outcome,
    actorId: optionalKey(event.actor.id),
    clientId: optionalKey(event.client_id),
    subjectId: optionalKey(event.subject_id),
    targetId: optionalKey(somebody(event.target)),
    jti: optionalKey(event.jti),
    ip: optionalKey(event.ip),
  };
}

/** What the service writes in the transaction that it tells of; some of it says that something is absent lawfully. */
const TOLD_BY_THE_LOG: ReadonlySet<string> = new Set([
  'audit.retention_applied',
  'audit.retention_changed',
  'audit.personal_data_erased',
]);

/** The entry of an event that came from a service. None of them can make the log say what only the log knows. */
export function entryOfOthers(event: SearchableEvent): LogEntry | EntryFault {
  return TOLD_BY_THE_LOG.has(event.type) ? 'only the log itself tells of this' : toLogEntry(event);
}

function somebody(target: SearchableEvent['target']): string | null {
  return target !== null && (target.kind === 'user' || target.kind === 'service_account') ? target.id : null;
}

function faultOfTime({ time }: SearchableEvent): EntryFault {
  const instant = new Date(time);
  const isInstant = !Number.isNaN(instant.getTime()) && instant.toISOString() === time;
  return isInstant ? 'id is not a UUIDv7 of the time' : 'time is not an instant';
}

function textsOf(event: SearchableEvent): ReturnType<typeof storedEvent> | null {
  try {
    return storedEvent(event);
  } catch {
    return null;
  }
}

/** Sets a payload aside with the reason it does not belong in the log. */
export function setAside(payload: string, error: string): SetAsidePayload {
  return { digest: createHash('sha256').update(payload).digest('hex'), payload, error };
}

/** The entry of an event that this service makes itself. @throws Error for what is none. */
export function entryOfOwn(event: SearchableEvent): LogEntry {
  const entry = toLogEntry(event);
  if (typeof entry === 'string') throw new Error(`an event of the log's own is no entry: ${entry}`);
  return entry;
}
