/** What stands in an event in place of a secret. */
export const MASK = '***';

/** What the product itself gives out: client secrets, those of webhooks, and tokens, the first part of which begins as JSON does. */
const SECRETS =
  /chs_[0-9A-Za-z]{20,}|whsec_[0-9A-Za-z+/]{20,}=*|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g;

/**
 * A text from outside without what is plainly a secret: somebody mixes up the client and its secret, or sends a token where a name
 * belongs, and the log keeps what was sent for years.
 */
export function maskSecrets(text: string): string {
  return text.includes('chs_') || text.includes('eyJ') || text.includes('whsec_') ? text.replace(SECRETS, MASK) : text;
}

/** A value without what is plainly a secret in its strings, however deep: the name of an object can be one that was pasted there. */
export function maskDeeply<T>(value: T): T {
  return masked(value) as T;
}

/** The very value where nothing is to be masked, which is nearly always. */
function masked(value: unknown): unknown {
  if (typeof value === 'string') return maskSecrets(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    const after = items.map(masked);
    return after.some((item, at) => item !== items[at]) ? after : items;
  }
  let changed = false;
  const members = Object.entries(value).map(([name, member]: [string, unknown]) => {
    const after = masked(member);
    changed ||= after !== member;
    return [name, after] as const;
  });
  return changed ? Object.fromEntries(members) : value;
}

/** Whether a text has a secret of the product in it. */
export function holdsSecret(text: string): boolean {
  return maskSecrets(text) !== text;
}
