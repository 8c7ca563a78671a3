import { isObject, type JsonObject } from './json.js';

/** What of an event can be erased without breaking a proof. */
export interface PersonalData {
  readonly ip: string | null;
  readonly user_agent: string | null;
  /** The personal members of `details`, at the same depth as there. */
  readonly details: JsonObject;
}

/**
 * Takes the personal members out of `details`.
 *
 * @param paths names of such members; `a.b` for the member `b` of the member `a`.
 */
export function splitDetails(
  details: JsonObject,
  paths: ReadonlySet<string>,
  prefix = '',
): { readonly open: JsonObject; readonly personal: JsonObject } {
  if (paths.size === 0) return { open: details, personal: {} };
  const open: [string, unknown][] = [];
  const personal: [string, unknown][] = [];
  for (const [name, value] of Object.entries(details)) {
    const path = `${prefix}${name}`;
    if (paths.has(path)) {
      personal.push([name, value]);
    } else if (isObject(value)) {
      const parts = splitDetails(value, paths, `${path}.`);
      open.push([name, parts.open]);
      if (Object.keys(parts.personal).length > 0) personal.push([name, parts.personal]);
    } else {
      open.push([name, value]);
    }
  }
  // Not by assignment: a member may be called `__proto__`.
  return { open: Object.fromEntries(open), personal: Object.fromEntries(personal) };
}

/** Puts back what `splitDetails` took out. */
export function joinDetails(open: JsonObject, personal: JsonObject): JsonObject {
  const joined = new Map(Object.entries(open));
  for (const [name, value] of Object.entries(personal)) {
    const there = joined.get(name);
    joined.set(name, isObject(there) && isObject(value) ? joinDetails(there, value) : value);
  }
  return Object.fromEntries(joined);
}
