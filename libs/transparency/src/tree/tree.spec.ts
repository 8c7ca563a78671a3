import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryTree } from '../testing/memory-tree.js';
import { CompactRange } from './compact-range.js';
import { EMPTY_ROOT, leafHash, nodeHash } from './hashes.js';
import { proveConsistency, proveInclusion } from './prove.js';
import { subtreesOf } from './ranges.js';
import { TreeReader } from './tree-reader.js';
import { verifyConsistency, verifyInclusion } from './verify.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'hex');

/** The reference leaves and hashes that implementations of RFC 6962 and RFC 9162 share. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const PATHS: readonly [leaf: number, size: number, path: readonly string[]][] = [
  [0, 1, []],
  [
    0,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    5,
    8,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [
    1,
    5,
    [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];
const CONSISTENCY: readonly [size1: number, size2: number, path: readonly string[]][] = [
  [1, 1, []],
  [
    1,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    6,
    8,
    [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [
    2,
    5,
    [
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];

/** A tree of numbered leaves and its root at every size. */
function grown(size: number): { tree: MemoryTree; roots: Uint8Array[] } {
  const tree = new MemoryTree();
  const roots = [tree.range.root()];
  for (let leaf = 0; leaf < size; leaf += 1) {
    tree.append(leafHash(String(leaf)));
    roots.push(tree.range.root());
  }
  return { tree, roots };
}

/** RFC 9162 §2.1.1, word for word. */
function mth(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return EMPTY_ROOT;
  if (leaves.length === 1) return only;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

const flip = (hash: Uint8Array, bit: number): Uint8Array =>
  hash.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

describe('the reference vectors of RFC 6962', () => {
  const tree = new MemoryTree();
  const roots = LEAVES.map((data) => {
    tree.append(leafHash(bytesOf(data)));
    return hex(tree.range.root());
  });

  it('has their roots', () => {
    expect(hex(EMPTY_ROOT)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(roots).toEqual(ROOTS);
  });

  it.each(PATHS)('has the inclusion path of leaf %i of %i', async (leafIndex, treeSize, path) => {
    expect((await proveInclusion(new TreeReader(tree, treeSize), leafIndex)).map(hex)).toEqual(path);
    expect(
      verifyInclusion({
        leafIndex,
        treeSize,
        leafHash: leafHash(bytesOf(LEAVES[leafIndex] ?? '')),
        rootHash: bytesOf(ROOTS[treeSize - 1] ?? ''),
        path: path.map(bytesOf),
      }),
    ).toBe(true);
  });

  it.each(CONSISTENCY)('has the consistency path from %i to %i', async (size1, size2, path) => {
    expect((await proveConsistency(new TreeReader(tree, size2), size1)).map(hex)).toEqual(path);
    const [root1, root2] = [size1, size2].map((size) => bytesOf(ROOTS[size - 1] ?? ''));
    if (root1 === undefined || root2 === undefined) throw new Error('no such root');
    expect(verifyConsistency({ size1, root1, size2, root2, path: path.map(bytesOf) })).toBe(true);
  });
});

describe('every tree of up to 70 leaves', () => {
  const { tree, roots } = grown(70);
  const rootOf = (size: number): Uint8Array => roots[size] ?? EMPTY_ROOT;

  it('has the root that the definition gives it', async () => {
    const leaves = await tree.nodes(0, 0, 70);
    roots.forEach((root, size) => expect(hex(root)).toBe(hex(mth(leaves.slice(0, size)))));
  });

  it('proves every leaf', async () => {
    for (let size = 1; size <= 70; size += 1) {
      const reader = new TreeReader(tree, size);
      for (let leaf = 0; leaf < size; leaf += 1) {
        const claim = {
          leafIndex: leaf,
          treeSize: size,
          leafHash: leafHash(String(leaf)),
          rootHash: rootOf(size),
          path: await proveInclusion(reader, leaf),
        };
        expect(verifyInclusion(claim)).toBe(true);
        expect(verifyInclusion({ ...claim, leafIndex: leaf + 1 })).toBe(false);
        expect(verifyInclusion({ ...claim, leafIndex: leaf - 1 })).toBe(false);
        expect(verifyInclusion({ ...claim, rootHash: rootOf(size - 1) })).toBe(false);
        expect(verifyInclusion({ ...claim, path: [...claim.path, EMPTY_ROOT] })).toBe(false);
        if (claim.path.length > 0) expect(verifyInclusion({ ...claim, path: claim.path.slice(1) })).toBe(false);
      }
    }
  });

  it('proves that it begins with every smaller one, and with no other', async () => {
    for (let size2 = 0; size2 <= 70; size2 += 1) {
      const reader = new TreeReader(tree, size2);
      for (let size1 = 0; size1 <= size2; size1 += 1) {
        const path = await proveConsistency(reader, size1);
        const claim = { size1, root1: rootOf(size1), size2, root2: rootOf(size2), path };
        expect(verifyConsistency(claim)).toBe(true);
        expect(verifyConsistency({ ...claim, root1: rootOf(size1 + 1) })).toBe(false);
        expect(verifyConsistency({ ...claim, path: [...path, EMPTY_ROOT] })).toBe(false);
        if (size1 > 0) expect(verifyConsistency({ ...claim, size1: size1 - 1 })).toBe(false);
        if (size1 < size2 && size1 > 0) {
          expect(verifyConsistency({ ...claim, path: path.slice(0, -1) })).toBe(false);
          expect(verifyConsistency({ ...claim, root2: rootOf(size2 - 1) })).toBe(false);
        }
      }
    }
  });
});

describe('any tree', () => {
  const { tree, roots } = grown(2_100);
  const size = fc.integer({ min: 1, max: 2_100 });
  const rootOf = (of: number): Uint8Array => roots[of] ?? EMPTY_ROOT;

  it('proves any leaf, and nothing with any bit altered', async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), fc.nat(), fc.nat({ max: 255 }), async (treeSize, at, which, bit) => {
        const leafIndex = at % treeSize;
        const path = await proveInclusion(new TreeReader(tree, treeSize), leafIndex);
        const claim = {
          leafIndex,
          treeSize,
          leafHash: leafHash(String(leafIndex)),
          rootHash: rootOf(treeSize),
          path,
        };
        expect(verifyInclusion(claim)).toBe(true);
        expect(verifyInclusion({ ...claim, leafHash: flip(claim.leafHash, bit) })).toBe(false);
        expect(verifyInclusion({ ...claim, rootHash: flip(claim.rootHash, bit) })).toBe(false);
        if (path.length === 0) return;
        const altered = path.map((hash, place) => (place === which % path.length ? flip(hash, bit) : hash));
        expect(verifyInclusion({ ...claim, path: altered })).toBe(false);
      }),
    );
  });

  it('proves any of its beginnings, and nothing with any bit altered', async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), fc.nat(), fc.nat({ max: 255 }), async (size2, at, which, bit) => {
        const size1 = 1 + (at % size2);
        const path = await proveConsistency(new TreeReader(tree, size2), size1);
        const claim = { size1, root1: rootOf(size1), size2, root2: rootOf(size2), path };
        expect(verifyConsistency(claim)).toBe(true);
        expect(verifyConsistency({ ...claim, root1: flip(claim.root1, bit) })).toBe(false);
        expect(verifyConsistency({ ...claim, root2: flip(claim.root2, bit) })).toBe(false);
        if (path.length === 0) return;
        const altered = path.map((hash, place) => (place === which % path.length ? flip(hash, bit) : hash));
        expect(verifyConsistency({ ...claim, path: altered })).toBe(false);
      }),
    );
  });

  it('goes on from its right edge as if it had never stopped', async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), async (end, at) => {
        const begin = at % end;
        const range = CompactRange.of(begin, await new TreeReader(tree, end).subtreeHashes({ begin: 0, end: begin }));
        for (const leaf of await tree.nodes(0, begin, end)) range.append(leaf);
        expect(hex(range.root())).toBe(hex(rootOf(end)));
      }),
    );
  });

  it('takes whole subtrees for their leaves', async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), async (end, at) => {
        const begin = at % end;
        const range = CompactRange.of(begin, await new TreeReader(tree, end).subtreeHashes({ begin: 0, end: begin }));
        const roots = await new TreeReader(tree, end).subtreeHashes({ begin, end });
        subtreesOf({ begin, end }).forEach(({ level }, place) =>
          range.appendSubtree(level, roots[place] ?? EMPTY_ROOT),
        );
        expect(hex(range.root())).toBe(hex(rootOf(end)));
      }),
    );
  });

  it('reads few tiles for a proof', async () => {
    tree.reads = 0;
    await proveInclusion(new TreeReader(tree, 2_100), 700);
    expect(tree.reads).toBeLessThanOrEqual(4);
  });
});

describe('what is no tree', () => {
  it.each([-1, 0.5, Number.NaN, 2 ** 53, 8])('has no leaf %d of 8', async (leaf) => {
    await expect(proveInclusion(new TreeReader(new MemoryTree(), 8), leaf)).rejects.toThrow(RangeError);
  });

  it.each([-1, 0.5, Number.NaN, 9])('never had the size %d before 8', async (size) => {
    await expect(proveConsistency(new TreeReader(new MemoryTree(), 8), size)).rejects.toThrow(RangeError);
  });

  it('refuses a right edge that does not fit the size', () => {
    expect(() => CompactRange.of(3, [EMPTY_ROOT])).toThrow(RangeError);
    expect(() => CompactRange.of(1, [EMPTY_ROOT.slice(1)])).toThrow(RangeError);
    expect(() => CompactRange.of(-1, [])).toThrow(RangeError);
    expect(() => CompactRange.of(1, [EMPTY_ROOT]).appendSubtree(1, EMPTY_ROOT)).toThrow(RangeError);
  });

  it.each([-1, 0.5, 2 ** 53])('verifies nothing about size %d', (size) => {
    const hashes = { leafHash: EMPTY_ROOT, rootHash: EMPTY_ROOT, path: [] };
    expect(verifyInclusion({ leafIndex: 0, treeSize: size, ...hashes })).toBe(false);
    expect(verifyInclusion({ leafIndex: size, treeSize: 2, ...hashes })).toBe(false);
    const roots = { root1: EMPTY_ROOT, root2: EMPTY_ROOT, path: [] };
    expect(verifyConsistency({ size1: size, size2: size, ...roots })).toBe(false);
  });
});
