/** A set of permissions: bit `n` stands for the permission with that bit in the catalogue of the scope. Bits 0 to 62. */
export type PermissionMask = bigint;

/** The highest bit of a mask: it must fit PostgreSQL's signed BIGINT without its sign. */
export const HIGHEST_BIT = 62;

/** Bits 0 to 31, which stand for the built-in permissions in every realm's catalogue. */
export const BUILT_IN_BITS: PermissionMask = (1n << 32n) - 1n;

/** The mask that grants nothing. */
export const EMPTY_MASK: PermissionMask = 0n;

/** The mask with exactly these bits. @throws RangeError for a bit outside 0 to 62. */
export function maskOf(bits: Iterable<number>): PermissionMask {
  let mask = EMPTY_MASK;
  for (const bit of bits) {
    if (!Number.isInteger(bit) || bit < 0 || bit > HIGHEST_BIT) throw new RangeError(`no such permission bit: ${bit}`);
    mask |= 1n << BigInt(bit);
  }
  return mask;
}

/** The bits of a mask, lowest first. */
export function bitsOf(mask: PermissionMask): readonly number[] {
  const bits: number[] = [];
  for (let bit = 0, rest = mask; rest > 0n; bit += 1, rest >>= 1n) {
    if ((rest & 1n) === 1n) bits.push(bit);
  }
  return bits;
}

/** What `mask` grants and `other` does not. */
export function without(mask: PermissionMask, other: PermissionMask): PermissionMask {
  return mask & ~other;
}
