/** `Date` takes the hour 24 as well, RFC 3339 §5.6 does not. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;
const FIRST_MS = Date.parse('0000-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** An RFC 3339 instant brought to UTC with milliseconds; undefined for what is none. */
export function parseInstant(text: string): string | undefined {
  const time = INSTANT.test(text) && isCalendarDate(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
  // An offset may lead out of the years that have four digits.
  return time >= FIRST_MS && time <= LAST_MS ? new Date(time).toISOString() : undefined;
}

/** As `parseInstant`, and a part of a millisecond counts as a whole: the first instant of those with milliseconds that is not before. */
export function parseBound(text: string): string | undefined {
  const instant = parseInstant(text);
  if (instant === undefined || !/\.\d{3}\d*[1-9]/.test(text)) return instant;
  return new Date(Math.min(Date.parse(instant) + 1, LAST_MS)).toISOString();
}

/** Whether a day exists; `Date` would make 2 March of 30 February. */
function isCalendarDate(date: string): boolean {
  const day = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date);
}
