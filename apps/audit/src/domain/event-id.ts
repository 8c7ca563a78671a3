const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** 48 bits: what a UUIDv7 can hold (RFC 9562 §5.7). */
const LATEST_MS = 2 ** 48 - 1;

/**
 * The instant that an event's id carries: it is a UUIDv7 of the event's own time (RFC 9562 §5.7), so the order of ids is
 * the order of times. Null for anything else.
 */
export function timeOfEventId(id: string): Date | null {
  return UUID_V7.test(id) ? new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)) : null;
}

/** The smallest id that an event of `time` or later can have: the bound of a search and of a partition. */
export function firstEventIdAt(time: Date): string {
  const ms = Math.min(Math.max(Math.ceil(time.getTime()), 0), LATEST_MS);
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
