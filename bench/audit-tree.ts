import { CompactRange, HASH_BYTES, TILE_HEIGHT } from '#transparency';
import type { Client } from 'pg';

/** More than a fifth of all events of the log that is made up are of this realm. */
export const LARGEST_REALM = '0197c1f0-0000-7000-8000-000000000000';

/** Leaves of one batch, as a busy realm has them. */
const BATCH = 128;
/** Leaves that are read at once, and between two older trees: no round number, since proofs of round sizes are short. */
const PAGE = 66_013;

/** A tree that was grown over events that were made up, and the roots it had on the way. */
export interface GrownTree {
  readonly size: number;
  readonly older: readonly { readonly size: number; readonly root: Uint8Array }[];
  root(): Uint8Array;
  /** Adds one of the leaves that were left for this: its index, or null when there are no more. */
  growOn(): Promise<number | null>;
}

/** Grows the tree of the largest realm as the service does when it stores events; `left` leaves are added one by one later. */
export async function growTree(database: Client, left: number): Promise<GrownTree> {
  const begun = performance.now();
  const { rows } = await database.query<{ leaves: string }>(
    'SELECT count(*) AS leaves FROM audit.events WHERE realm_id = $1',
    [LARGEST_REALM],
  );
  const leaves = Number(rows[0]?.leaves);
  const range = CompactRange.empty();
  const older: { size: number; root: Uint8Array }[] = [];
  const end = Math.max(leaves - left, 1);
  while (range.size < end) {
    await addLeaves(database, range, Math.min(range.size + PAGE, end), BATCH);
    older.push({ size: range.size, root: range.root() });
  }
  await database.query('VACUUM (ANALYZE) audit.tree_growth');
  await database.query('VACUUM (ANALYZE) audit.tree_nodes');
  const seconds = (performance.now() - begun) / 1_000;
  console.log(`grew a tree of ${range.size.toLocaleString('en')} events in ${seconds.toFixed(0)} s`);
  return {
    get size() {
      return range.size;
    },
    older,
    root: () => range.root(),
    growOn: async () => {
      if (range.size >= leaves) return null;
      await addLeaves(database, range, range.size + 1, BATCH);
      return range.size - 1;
    },
  };
}

async function addLeaves(database: Client, range: CompactRange, end: number, batch: number): Promise<void> {
  const { rows } = await database.query<{ hashes: Buffer }>(
    `SELECT string_agg(leaf_hash, ''::bytea ORDER BY leaf_index) AS hashes FROM audit.events
      WHERE realm_id = $1 AND leaf_index >= $2 AND leaf_index < $3`,
    [LARGEST_REALM, range.size, end],
  );
  const hashes = rows[0]?.hashes ?? Buffer.alloc(0);
  if (hashes.length !== (end - range.size) * HASH_BYTES) throw new Error('leaves of the log are missing');
  const growth: (readonly [first: number, size: number, edge: Buffer, hashes: Buffer])[] = [];
  const nodes: (readonly [level: number, index: number, hash: Uint8Array])[] = [];
  for (let at = 0; at < hashes.length; at += batch * HASH_BYTES) {
    const first = range.size;
    const taken = hashes.subarray(at, at + batch * HASH_BYTES);
    for (let leaf = 0; leaf < taken.length; leaf += HASH_BYTES) {
      range.append(taken.subarray(leaf, leaf + HASH_BYTES), ({ level, index }, hash) => {
        if (level % TILE_HEIGHT === 0) nodes.push([level, index, hash]);
      });
    }
    growth.push([first, range.size, Buffer.concat([...range.hashes]), taken]);
  }
  await database.query(
    `INSERT INTO audit.tree_growth (realm_id, first_index, size, right_edge, leaf_hashes)
     SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[])`,
    [LARGEST_REALM, ...[0, 1, 2, 3].map((column) => growth.map((one) => one[column]))],
  );
  await database.query(
    `INSERT INTO audit.tree_nodes (realm_id, level, node_index, hash)
     SELECT $1, * FROM unnest($2::smallint[], $3::bigint[], $4::bytea[])`,
    [
      LARGEST_REALM,
      ...[0, 1].map((column) => nodes.map((one) => one[column])),
      nodes.map(([, , hash]) => Buffer.from(hash)),
    ],
  );
}
