/** AES-256. */
const KEY_BYTES = 32;

/** Whether a value is the canonical base64 of exactly 32 bytes, as the master key must be. */
export function isMasterKey(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const bytes = Buffer.from(value, 'base64');
  return bytes.length === KEY_BYTES && bytes.toString('base64') === value;
}
