/** An object of an export. */
export type Json = Readonly<Record<string, unknown>>;

/** Clients that Keycloak makes for itself. */
export const KEYCLOAKS_OWN: readonly string[] = [
  'account',
  'account-console',
  'admin-cli',
  'broker',
  'realm-management',
  'security-admin-console',
];

/** The members of a list; of what is no list there are none. */
export function list<T = Json>(value: unknown): readonly T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}

/** The object itself; of what is none an empty one. */
export function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** A text that is not empty. */
export function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A text that is not empty, cut to what fits, in whole characters. */
export function fitting(
  value: unknown,
  maxLength: number,
  what: string,
  warn: (message: string) => void,
): string | undefined {
  const text = nonEmpty(value);
  if (text === undefined || text.length <= maxLength) return text;
  warn(`${what} is cut to ${maxLength} characters`);
  return text.slice(0, maxLength).replace(/[\ud800-\udbff]$/, '');
}

/** Whether a member says anything: exports are full of empty ones. */
export function saysSomething(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '' || value === 0) return false;
  return typeof value === 'object' ? Object.keys(value).length > 0 : true;
}
