// Rests on the two hash functions alone and on none of the code that builds trees or proofs, so that an error there cannot
// hide itself here.
import { EMPTY_ROOT, HASH_BYTES, nodeHash } from './hashes.js';

const half = (value: number): number => Math.floor(value / 2);
const isOdd = (value: number): boolean => value % 2 === 1;
const isHash = (value: Uint8Array): boolean => value.length === HASH_BYTES;
const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at]);

/** A claim that a leaf is in a tree. */
export interface InclusionClaim {
  readonly leafIndex: number;
  readonly leafHash: Uint8Array;
  readonly treeSize: number;
  readonly rootHash: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/** Checks an inclusion proof: RFC 9162 §2.1.3.2. */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const { leafIndex, treeSize, path, rootHash } = claim;
  if (!Number.isSafeInteger(leafIndex) || !Number.isSafeInteger(treeSize)) return false;
  if (leafIndex < 0 || leafIndex >= treeSize) return false;
  if (![claim.leafHash, rootHash, ...path].every(isHash)) return false;
  let [fn, sn, r] = [leafIndex, treeSize - 1, claim.leafHash];
  for (const p of path) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      r = nodeHash(p, r);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      r = nodeHash(r, p);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && equal(r, rootHash);
}

/** A claim that one tree begins with all of another. */
export interface ConsistencyClaim {
  readonly size1: number;
  readonly root1: Uint8Array;
  readonly size2: number;
  readonly root2: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/** Checks a consistency proof: RFC 9162 §2.1.4.2; every tree begins with the empty one, and with itself. */
export function verifyConsistency({ size1, root1, size2, root2, path }: ConsistencyClaim): boolean {
  if (!Number.isSafeInteger(size1) || !Number.isSafeInteger(size2) || size1 < 0 || size1 > size2) return false;
  if (![root1, root2, ...path].every(isHash)) return false;
  if (size1 === 0) return path.length === 0 && equal(root1, EMPTY_ROOT);
  if (size1 === size2) return path.length === 0 && equal(root1, root2);
  const [first, ...rest] = isPowerOfTwo(size1) ? [root1, ...path] : path;
  if (first === undefined || path.length === 0) return false;
  let [fn, sn] = [size1 - 1, size2 - 1];
  while (isOdd(fn)) [fn, sn] = [half(fn), half(sn)];
  let [fr, sr] = [first, first];
  for (const c of rest) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      [fr, sr] = [nodeHash(c, fr), nodeHash(c, sr)];
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      sr = nodeHash(sr, c);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && equal(fr, root1) && equal(sr, root2);
}

function isPowerOfTwo(value: number): boolean {
  return 2 ** Math.round(Math.log2(value)) === value;
}
