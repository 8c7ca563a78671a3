/**
 * How an event is laid down: what concerns a person's device stands beside the text, not in it, so that it can be erased
 * without touching what proves the rest.
 */

/** The members of an event that are kept apart. */
export interface PersonalMembers {
  readonly ip: string | null;
  readonly user_agent: string | null;
}

/** An event in two parts, each JSON text. */
export interface StoredEvent {
  /** The event without its personal members; never changed after it is written. */
  readonly event: string;
  /** The personal members that have a value; null when none has, or when they were erased. */
  readonly personal: string | null;
}

/** Takes an event apart. */
export function storedEvent(event: PersonalMembers): StoredEvent {
  const { ip, user_agent, ...rest } = event;
  const personal = { ...(ip === null ? {} : { ip }), ...(user_agent === null ? {} : { user_agent }) };
  return {
    event: JSON.stringify(rest),
    personal: Object.keys(personal).length === 0 ? null : JSON.stringify(personal),
  };
}

/** Puts an event together again, every member in its place; what was erased is null. */
export function wholeEvent(stored: StoredEvent): Readonly<Record<string, unknown>> {
  const rest = JSON.parse(stored.event) as Readonly<Record<string, unknown>>;
  const kept = stored.personal === null ? {} : (JSON.parse(stored.personal) as Partial<PersonalMembers>);
  const personal: PersonalMembers = { ip: kept.ip ?? null, user_agent: kept.user_agent ?? null };
  const whole: Record<string, unknown> = {};
  for (const [member, value] of Object.entries(rest)) {
    if (member === 'request_id') Object.assign(whole, personal);
    whole[member] = value;
  }
  return { ...whole, ...personal };
}
