/**
 * Writes a JSON value in the form of RFC 8785. Every event passes here on its way into the log, where a general library took
 * most of the time; readers and checkers use that library (`canonicalJson`), and a test holds the two together.
 *
 * @throws Error for what is no I-JSON: numbers without end, lone surrogates, values that JSON does not have.
 */
export function writeCanonical(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return writeString(value);
    case 'number':
      if (!Number.isFinite(value)) throw new Error('a number without end has no JSON form');
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? writeArray(value) : writeObject(value as Readonly<Record<string, unknown>>);
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      throw new Error(`JSON has no ${typeof value}`);
  }
}

/** Characters that stand for themselves in JSON; of most strings all are, and these need no further look. */
const PLAIN = /^[ !#-[\]-~]*$/;

function writeString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new Error('a lone surrogate has no canonical form');
  return JSON.stringify(text);
}

function writeArray(values: readonly unknown[]): string {
  let text = '';
  for (const value of values) text += text === '' ? writeCanonical(value) : `,${writeCanonical(value)}`;
  return `[${text}]`;
}

/** RFC 8785 §3.2.3: members in the order of the UTF-16 code units of their names, which is how JavaScript compares. */
function writeObject(object: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (const name of sorted(Object.keys(object))) {
    const member = object[name];
    // What `JSON.stringify` leaves out.
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${writeName(name)}${writeCanonical(member)}`;
  }
  return `{${text}}`;
}

/** Names of members as they are written: the same few in every event. Strangers may bring others, so their number is bounded. */
const names = new Map<string, string>();
const MOST_NAMES = 1_000;
const LONGEST_NAME = 64;

function writeName(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  const written = `${writeString(name)}:`;
  if (names.size < MOST_NAMES && name.length <= LONGEST_NAME) names.set(name, written);
  return written;
}

function sorted(names: string[]): string[] {
  for (let at = 1; at < names.length; at += 1) {
    if ((names[at - 1] ?? '') > (names[at] ?? '')) return names.sort();
  }
  return names;
}
