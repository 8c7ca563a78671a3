import canonicalize from 'canonicalize';

/**
 * The one text that RFC 8785 gives a JSON value.
 *
 * @throws Error for what is no I-JSON (RFC 7493): numbers without end, lone surrogates, values that JSON does not have.
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('the value has no JSON form');
  return text;
}

/** Parses a text that is its own canonical form; null for any other, so that one value has one text. */
export function parseCanonicalJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return canonicalJson(value) === text ? value : null;
  } catch {
    return null;
  }
}

/** The value with U+FFFD for lone surrogates, which canonical JSON cannot hold, in all its strings and names. */
export function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toWellFormed(), wellFormed(member)]));
}
