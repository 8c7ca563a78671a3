/**
 * JSON of a snapshot's value, the same text for equal values however they were built (members sorted), so that a writer and
 * the readers that fill put the same bytes under one version. Values are plain data, as their contracts say.
 */
export function encodeSnapshot(value: unknown): string {
  return JSON.stringify(value, sortMembers);
}

function sortMembers(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
