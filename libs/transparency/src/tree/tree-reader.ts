import { nodeHash } from './hashes.js';
import { splitPoint, subtreesOf, type LeafRange, type Subtree } from './ranges.js';

/** Levels from one row of stored nodes to the next. */
export const TILE_HEIGHT = 8;
/** Leaves, or nodes, under one stored node. */
export const TILE_WIDTH = 2 ** TILE_HEIGHT;

/** Where the hashes of a tree are kept: all leaves, and the nodes of every `TILE_HEIGHT`th level above them. */
export interface NodeStore {
  /**
   * The nodes `begin` (inclusive) to `end` (exclusive) of a level, which is a multiple of `TILE_HEIGHT`; level 0 are the
   * leaves. All of them exist when this is asked.
   */
  nodes(level: number, begin: number, end: number): Promise<readonly Uint8Array[]>;
}

/** Computes any hash of one tree of a fixed size, reading whole tiles, each once. */
export class TreeReader {
  private readonly tiles = new Map<string, Promise<readonly Uint8Array[]>>();

  constructor(
    private readonly store: NodeStore,
    /** Leaves of the tree that is read; what was added since is not looked at. */
    readonly size: number,
  ) {}

  /** The hash of the leaves of a range as RFC 9162 §2.1.1 computes it, `MTH(D[begin:end])`. */
  async rangeHash({ begin, end }: LeafRange): Promise<Uint8Array> {
    const width = end - begin;
    const level = Math.round(Math.log2(width));
    if (2 ** level === width && begin % width === 0) return this.subtreeHash({ level, index: begin / width });
    const middle = begin + splitPoint(width);
    return nodeHash(await this.rangeHash({ begin, end: middle }), await this.rangeHash({ begin: middle, end }));
  }

  /** The root of one perfect subtree that is full at this size. */
  async subtreeHash({ level, index }: Subtree): Promise<Uint8Array> {
    const below = level % TILE_HEIGHT;
    const base = level - below;
    const width = 2 ** below;
    let hashes = await this.row(base, index * width, (index + 1) * width);
    while (hashes.length > 1) {
      const { length } = hashes;
      const pairs = hashes;
      hashes = Array.from({ length: length / 2 }, (_, at) =>
        nodeHash(hashAt(pairs, 2 * at), hashAt(pairs, 2 * at + 1)),
      );
    }
    return hashAt(hashes, 0);
  }

  /** The roots of the perfect subtrees that the range is made of, from left to right. */
  async subtreeHashes(range: LeafRange): Promise<readonly Uint8Array[]> {
    const hashes: Uint8Array[] = [];
    for (const subtree of subtreesOf(range)) hashes.push(await this.subtreeHash(subtree));
    return hashes;
  }

  /** Nodes of one stored level; they lie in one tile. */
  private async row(base: number, begin: number, end: number): Promise<readonly Uint8Array[]> {
    const tile = Math.floor(begin / TILE_WIDTH);
    const first = tile * TILE_WIDTH;
    const key = `${base}/${tile}`;
    let loaded = this.tiles.get(key);
    if (loaded === undefined) {
      const complete = Math.floor(this.size / 2 ** base);
      loaded = this.store.nodes(base, first, Math.min(first + TILE_WIDTH, complete));
      this.tiles.set(key, loaded);
    }
    return (await loaded).slice(begin - first, end - first);
  }
}

function hashAt(hashes: readonly Uint8Array[], at: number): Uint8Array {
  const hash = hashes[at];
  if (hash === undefined) throw new Error('a node of the tree is missing in its store');
  return hash;
}
