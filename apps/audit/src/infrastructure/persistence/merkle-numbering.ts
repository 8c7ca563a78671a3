import { CompactRange, HASH_BYTES, TILE_HEIGHT } from '#transparency';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { RealmScopeId } from '../../domain/realm-scope.js';
import { LeafNumbering, type RealmEntries } from './leaf-numbering.js';

/** One row of `audit.tree_growth`. */
interface Growth {
  readonly realmId: RealmScopeId;
  readonly firstIndex: number;
  readonly range: CompactRange;
  readonly leafHashes: Buffer;
}

/** One row of `audit.tree_nodes`. */
interface StoredNode {
  readonly realmId: RealmScopeId;
  readonly level: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

/** Gives new entries the next leaves of their realms' trees, without gap: the lock makes one writer of many replicas. */
@Injectable()
export class MerkleNumbering extends LeafNumbering {
  async lock(manager: EntityManager, realmIds: readonly RealmScopeId[]): Promise<void> {
    await manager.query(
      `SELECT pg_advisory_xact_lock(hashtextextended(realm_id, 0))
         FROM (SELECT realm_id FROM unnest($1::text[]) AS realm_id ORDER BY realm_id OFFSET 0) AS ordered`,
      [realmIds],
    );
  }

  async number(manager: EntityManager, realms: readonly RealmEntries[]): Promise<ReadonlyMap<string, number>> {
    const indexes = new Map<string, number>();
    const grown: Growth[] = [];
    const nodes: StoredNode[] = [];
    const heads = await readHeads(
      manager,
      realms.map(({ realmId }) => realmId),
    );
    for (const { realmId, entries } of realms) {
      if (entries.length === 0) continue;
      const range = heads.get(realmId) ?? CompactRange.empty();
      const firstIndex = range.size;
      for (const { id, leaf } of entries) {
        indexes.set(id, range.size);
        range.append(leaf.leafHash, ({ level, index }, hash) => {
          if (level % TILE_HEIGHT === 0) nodes.push({ realmId, level, index, hash });
        });
      }
      const leafHashes = Buffer.concat(entries.map(({ leaf }) => leaf.leafHash));
      grown.push({ realmId, firstIndex, range, leafHashes });
    }
    await insertGrowth(manager, grown);
    await insertNodes(manager, nodes);
    return indexes;
  }
}

/** The right edges of trees; one that is absent is empty. */
export async function readHeads(
  manager: Pick<EntityManager, 'query'>,
  realmIds: readonly RealmScopeId[],
): Promise<ReadonlyMap<RealmScopeId, CompactRange>> {
  const rows = await manager.query<{ realm_id: string; size: string; right_edge: Buffer }[]>(
    `SELECT head.realm_id, head.size, head.right_edge
       FROM unnest($1::uuid[]) AS asked (realm_id)
      CROSS JOIN LATERAL (
        SELECT realm_id, size, right_edge FROM audit.tree_growth AS growth
         WHERE growth.realm_id = asked.realm_id ORDER BY first_index DESC LIMIT 1) AS head`,
    [realmIds],
  );
  return new Map(rows.map((row) => [row.realm_id, CompactRange.of(Number(row.size), cut(row.right_edge))]));
}

/** Hashes that stand one after the other. */
export function cut(hashes: Buffer): readonly Uint8Array[] {
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, at) =>
    hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
}

async function insertGrowth(manager: EntityManager, grown: readonly Growth[]): Promise<void> {
  if (grown.length === 0) return;
  await manager.query(
    `INSERT INTO audit.tree_growth (realm_id, first_index, size, right_edge, leaf_hashes)
     SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[])`,
    [
      grown.map(({ realmId }) => realmId),
      grown.map(({ firstIndex }) => firstIndex),
      grown.map(({ range }) => range.size),
      grown.map(({ range }) => Buffer.concat([...range.hashes])),
      grown.map(({ leafHashes }) => leafHashes),
    ],
  );
}

async function insertNodes(manager: EntityManager, nodes: readonly StoredNode[]): Promise<void> {
  if (nodes.length === 0) return;
  await manager.query(
    `INSERT INTO audit.tree_nodes (realm_id, level, node_index, hash)
     SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::bytea[])`,
    [
      nodes.map(({ realmId }) => realmId),
      nodes.map(({ level }) => level),
      nodes.map(({ index }) => index),
      nodes.map(({ hash }) => bytes(hash)),
    ],
  );
}

function bytes(array: Uint8Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}
