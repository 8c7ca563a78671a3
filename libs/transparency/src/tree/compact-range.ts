import { EMPTY_ROOT, HASH_BYTES, nodeHash } from './hashes.js';
import { isTreeSize, subtreesOf, type Subtree } from './ranges.js';

/**
 * The right edge of a tree: the roots of the perfect subtrees that its leaves make, from the largest to the smallest. All
 * that is needed to add leaves and to know the root; at most one hash for each bit of the size.
 */
export class CompactRange {
  private constructor(
    private leaves: number,
    private readonly roots: { readonly level: number; readonly hash: Uint8Array }[],
  ) {}

  /** A tree without leaves. */
  static empty(): CompactRange {
    return new CompactRange(0, []);
  }

  /** Takes up a tree of `size` leaves. @throws RangeError when these cannot be the hashes of such a tree. */
  static of(size: number, hashes: readonly Uint8Array[]): CompactRange {
    if (!isTreeSize(size)) throw new RangeError('a tree size is an integer from 0 to 2^53 - 1');
    const subtrees = subtreesOf({ begin: 0, end: size });
    if (subtrees.length !== hashes.length || hashes.some(({ length }) => length !== HASH_BYTES)) {
      throw new RangeError(`a tree of ${size} leaves has a right edge of ${subtrees.length} hashes of 32 bytes`);
    }
    return new CompactRange(
      size,
      subtrees.map(({ level }, position) => ({ level, hash: hashes[position] ?? EMPTY_ROOT })),
    );
  }

  /** How many leaves the tree has. */
  get size(): number {
    return this.leaves;
  }

  /** From the largest subtree to the smallest. */
  get hashes(): readonly Uint8Array[] {
    return this.roots.map(({ hash }) => hash);
  }

  /** Adds a leaf by its hash. @param completed is told every inner node that the leaf completes, from the bottom up. */
  append(leaf: Uint8Array, completed?: (node: Subtree, hash: Uint8Array) => void): void {
    this.appendSubtree(0, leaf, completed);
  }

  /**
   * Adds a perfect subtree of `2^level` leaves by its root.
   *
   * @throws RangeError when a perfect subtree of that level cannot begin here.
   */
  appendSubtree(level: number, root: Uint8Array, completed?: (node: Subtree, hash: Uint8Array) => void): void {
    const width = 2 ** level;
    if (this.leaves % width !== 0) throw new RangeError(`no subtree of level ${level} begins at leaf ${this.leaves}`);
    this.leaves += width;
    let node = { level, hash: root };
    for (let last = this.roots.at(-1); last?.level === node.level; last = this.roots.at(-1)) {
      this.roots.pop();
      node = { level: node.level + 1, hash: nodeHash(last.hash, node.hash) };
      completed?.({ level: node.level, index: this.leaves / 2 ** node.level - 1 }, node.hash);
    }
    this.roots.push(node);
  }

  /** The root of the tree (RFC 9162 §2.1.1). */
  root(): Uint8Array {
    const last = this.roots.at(-1);
    if (last === undefined) return EMPTY_ROOT;
    let root = last.hash;
    for (let at = this.roots.length - 2; at >= 0; at -= 1) root = nodeHash(this.roots[at]?.hash ?? EMPTY_ROOT, root);
    return root;
  }
}
