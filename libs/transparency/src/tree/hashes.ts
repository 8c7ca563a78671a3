import { hash } from 'node:crypto';

/** Length of every hash of the tree, in bytes: SHA-256. */
export const HASH_BYTES = 32;

/** The hash of the empty tree (RFC 9162 §2.1.1): SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array = hash('sha256', '', 'buffer');

/** The hash of a leaf, `SHA-256(0x00 ‖ data)` (RFC 9162 §2.1.1). A string stands for its UTF-8 bytes. */
export function leafHash(data: string | Uint8Array): Uint8Array {
  // U+0000 is the single byte 0x00 in UTF-8.
  if (typeof data === 'string') return hash('sha256', `\0${data}`, 'buffer');
  const bytes = new Uint8Array(data.length + 1);
  bytes.set(data, 1);
  return hash('sha256', bytes, 'buffer');
}

const pair = new Uint8Array(1 + 2 * HASH_BYTES);
pair[0] = 1;

/** The hash of an inner node, `SHA-256(0x01 ‖ left ‖ right)` (RFC 9162 §2.1.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  pair.set(left, 1);
  pair.set(right, 1 + HASH_BYTES);
  return hash('sha256', pair, 'buffer');
}

/** Whether two hashes are the same bytes. */
export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
