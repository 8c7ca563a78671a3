import type { ListQuery } from '../http/list-query.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Which tree of the log a query means; null for the realm's own. */
export function scopeOf(query: ListQuery): string | null {
  const text = query.text('scope', 36);
  if (text === undefined) return null;
  if (text === 'unknown_realm' || UUID.test(text)) return text;
  query.refuse('scope', 'must be unknown_realm or the id of a realm');
  return null;
}

/** A number of records. */
export function sizeOf(query: ListQuery, name: string): number | undefined {
  const text = query.text(name, 16);
  if (text === undefined) return undefined;
  if (/^(0|[1-9][0-9]{0,15})$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  return query.refuse(name, 'must be a whole number of records');
}
