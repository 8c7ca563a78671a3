import { randomFillSync } from 'node:crypto';

const pool = Buffer.allocUnsafe(8_192);
let used = pool.length;

/**
 * Random bytes for ids that are made with every request, filled many at a time: asking the operating system for a few bytes
 * costs more than a whole call. For ids only; not for secrets, which nothing should keep in a pool.
 *
 * @returns a view that is good until the next call.
 */
export function randomView(length: number): Buffer {
  if (used + length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += length;
  return pool.subarray(used - length, used);
}
