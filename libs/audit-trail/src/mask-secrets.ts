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
  return hasMark(text) ? text.replace(SECRETS, MASK) : text;
}

/** A value without what is plainly a secret in its strings, however deep: the name of an object can be one that was pasted there. */
export function maskDeeply<T>(value: T): T {
  // The very value where nothing is to be masked, which is nearly always: the record of each token comes through here.
  return mayHoldSecret(value) ? (masked(value) as T) : value;
}

function masked(value: unknown): unknown {
  if (typeof value === 'string') return maskSecrets(value);
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]: [string, unknown]) => [name, masked(member)]));
}

function mayHoldSecret(value: unknown): boolean {
  if (typeof value === 'string') return hasMark(value);
  if (typeof value !== 'object' || value === null) return false;
  return (Array.isArray(value) ? value : Object.values(value)).some(mayHoldSecret);
}

/** What every secret of the product begins with. */
function hasMark(text: string): boolean {
  return text.includes('chs_') || text.includes('eyJ') || text.includes('whsec_');
}

/** Whether a text has a secret of the product in it. */
export function holdsSecret(text: string): boolean {
  return maskSecrets(text) !== text;
}
