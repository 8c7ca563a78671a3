/** A perfect subtree: `2^level` leaves, the first of them at `index · 2^level`. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
}

/** Leaves from `begin`, inclusive, to `end`, exclusive. */
export interface LeafRange {
  readonly begin: number;
  readonly end: number;
}

/** Whether a value can be a number of leaves: an integer from 0 that a double holds exactly. */
export function isTreeSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** The largest power of two smaller than `width`, the `k` of RFC 9162 §2.1.1; `width` is at least 2. */
export function splitPoint(width: number): number {
  let k = 1;
  while (k * 2 < width) k *= 2;
  return k;
}

/** The fewest perfect subtrees that together are the range, from left to right. */
export function subtreesOf({ begin, end }: LeafRange): readonly Subtree[] {
  const subtrees: Subtree[] = [];
  let at = begin;
  while (at < end) {
    let level = 0;
    let width = 1;
    while (at % (width * 2) === 0 && at + width * 2 <= end) {
      width *= 2;
      level += 1;
    }
    subtrees.push({ level, index: at / width });
    at += width;
  }
  return subtrees;
}
