import type { EventReference } from '#contracts';

/** An event as the log holds it: what the reconstruction of a past state reads of it. */
export interface RecordedEvent {
  /** A UUIDv7 of `time`. */
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly client_id: string | null;
  readonly subject_id: string | null;
  readonly jti: string | null;
  readonly ip?: string | null;
  readonly target: { readonly kind: string; readonly id: string } | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Names an event as the reason of something. */
export function referenceTo({ id, type, time }: RecordedEvent): EventReference {
  return { event_id: id, type, time };
}

type Members = Readonly<Record<string, unknown>>;

/** The member of an object that is an object itself; an empty one when it is not. */
export function objectAt(members: Members, name: string): Members {
  const value = members[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

/** The member of an object that is a text; undefined when it is not. */
export function textAt(members: Members, name: string): string | undefined {
  const value = members[name];
  return typeof value === 'string' ? value : undefined;
}

/** The member of an object that is a list of texts; undefined when it is not. */
export function textsAt(members: Members, name: string): readonly string[] | undefined {
  const value = members[name];
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}

/** The member of an object that is true or false; undefined when it is neither. */
export function flagAt(members: Members, name: string): boolean | undefined {
  const value = members[name];
  return typeof value === 'boolean' ? value : undefined;
}

/** What a change made of a member: `details.changes.<name>`, with what it was before. */
export function changeOf(event: RecordedEvent, name: string): Members {
  return objectAt(objectAt(event.details, 'changes'), name);
}
