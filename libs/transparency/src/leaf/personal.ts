import { isObject, type JsonObject } from './json.js';

/**
 * Members of `details`, at any depth, that tell who somebody is or what they gave of themselves. Ids are not among them: an
 * event is nothing without whom it is about, and an id says nothing once its user is gone.
 */
export const PERSONAL_DETAILS: ReadonlySet<string> = new Set([
  'address',
  'birthdate',
  'email',
  'family_name',
  'firstname',
  'given_name',
  'ip',
  'lastname',
  'login_hint',
  'phone_number',
  'picture',
  'preferred_username',
  'user_agent',
  'username',
]);

/** What of an event can be erased without breaking a proof. */
export interface PersonalData {
  readonly ip: string | null;
  readonly user_agent: string | null;
  /** The personal members of `details`, at the same depth as there. */
  readonly details: JsonObject;
}

/** Takes the personal members out of `details`; arrays that hold one anywhere are taken whole. */
export function splitDetails(details: JsonObject): { readonly open: JsonObject; readonly personal: JsonObject } {
  const open: [string, unknown][] = [];
  const personal: [string, unknown][] = [];
  for (const [name, value] of Object.entries(details)) {
    if (PERSONAL_DETAILS.has(name) || (Array.isArray(value) && value.some(holdsPersonal))) {
      personal.push([name, value]);
    } else if (isObject(value)) {
      const parts = splitDetails(value);
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

function holdsPersonal(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsPersonal);
  if (!isObject(value)) return false;
  return Object.entries(value).some(([name, member]) => PERSONAL_DETAILS.has(name) || holdsPersonal(member));
}
