import { splitPoint, type LeafRange } from './ranges.js';
import { type TreeReader } from './tree-reader.js';

/**
 * Proves that a leaf is in the tree: the inclusion path of RFC 9162 §2.1.3.1.
 *
 * @throws RangeError when the tree has no such leaf.
 */
export async function proveInclusion(tree: TreeReader, leafIndex: number): Promise<readonly Uint8Array[]> {
  if (!Number.isSafeInteger(leafIndex) || leafIndex < 0 || leafIndex >= tree.size) {
    throw new RangeError(`a tree of ${tree.size} leaves has no leaf ${leafIndex}`);
  }
  return await hashesOf(tree, inclusionRanges(leafIndex, { begin: 0, end: tree.size }));
}

/**
 * Proves that the tree begins with its first `size` leaves: the consistency path of RFC 9162 §2.1.4.1. Empty for a size of
 * 0 or of the whole tree.
 *
 * @throws RangeError when the tree never had that size.
 */
export async function proveConsistency(tree: TreeReader, size: number): Promise<readonly Uint8Array[]> {
  if (!Number.isSafeInteger(size) || size < 0 || size > tree.size) {
    throw new RangeError(`a tree of ${tree.size} leaves never had ${size}`);
  }
  if (size === 0) return [];
  return await hashesOf(tree, consistencyRanges(size, { begin: 0, end: tree.size }, true));
}

/** `PATH(m, D_n)`, as the ranges whose hashes make it up. */
function inclusionRanges(leaf: number, { begin, end }: LeafRange): LeafRange[] {
  if (end - begin === 1) return [];
  const middle = begin + splitPoint(end - begin);
  return leaf < middle
    ? [...inclusionRanges(leaf, { begin, end: middle }), { begin: middle, end }]
    : [...inclusionRanges(leaf, { begin: middle, end }), { begin, end: middle }];
}

/** `SUBPROOF(m, D_n, b)`, as the ranges whose hashes make it up; `size` counts from the first leaf of the tree. */
function consistencyRanges(size: number, { begin, end }: LeafRange, known: boolean): LeafRange[] {
  if (size === end) return known ? [] : [{ begin, end }];
  const middle = begin + splitPoint(end - begin);
  return size <= middle
    ? [...consistencyRanges(size, { begin, end: middle }, known), { begin: middle, end }]
    : [...consistencyRanges(size, { begin: middle, end }, false), { begin, end: middle }];
}

async function hashesOf(tree: TreeReader, ranges: readonly LeafRange[]): Promise<readonly Uint8Array[]> {
  const hashes: Uint8Array[] = [];
  for (const range of ranges) hashes.push(await tree.rangeHash(range));
  return hashes;
}
