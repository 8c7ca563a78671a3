import { CompactRange, HASH_BYTES, type NodeStore, type StoredRecord, type StrayRecord } from '#transparency';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { misfiledColumns, type Filing } from '../../domain/filing.js';
import { LogTrees, type PlacedEvent } from '../../domain/log-trees.js';
import type { RealmScopeId } from '../../domain/realm-scope.js';
import { readPolicies } from './event-rows.js';
import { cut, readHeads } from './merkle-numbering.js';

const COLUMNS = 'realm_id, leaf_index, leaf_hash, event, personal_hash, personal, personal_salt';

/** What the log finds events by. */
const FILING = `id, retention, type, outcome, actor_id AS "actorId", client_id AS "clientId", subject_id AS "subjectId",
  target_id AS "targetId", jti, ip, erased_at IS NOT NULL AS "isErased"`;
/** More of them tell no more. */
const MOST_STRAYS = 100;

interface RecordRow {
  readonly realm_id: string;
  readonly leaf_index: string;
  readonly leaf_hash: Buffer;
  readonly event: string;
  readonly personal_hash: Buffer;
  readonly personal: string | null;
  readonly personal_salt: Buffer | null;
}

/** The trees in PostgreSQL. */
@Injectable()
export class TypeOrmLogTrees extends LogTrees {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async head(realmId: RealmScopeId): Promise<CompactRange> {
    return (await readHeads(this.dataSource, [realmId])).get(realmId) ?? CompactRange.empty();
  }

  nodesOf(realmId: RealmScopeId): NodeStore {
    return {
      nodes: async (level, begin, end) => {
        const nodes =
          level === 0 ? await this.leaves(realmId, begin, end) : await this.inner(realmId, level, begin, end);
        if (nodes.length !== end - begin) throw new Error(`nodes of the tree of realm ${realmId} are missing`);
        return nodes;
      },
    };
  }

  /** Walks from realm to realm along the primary key: a few look-ups for each, whatever the size of the log. */
  async awaitingCheckpoint(): Promise<readonly RealmScopeId[]> {
    const rows = await this.dataSource.query<{ realm_id: string }[]>(
      `WITH RECURSIVE trees AS (
         (SELECT realm_id FROM audit.tree_growth ORDER BY realm_id LIMIT 1)
         UNION ALL
         SELECT (SELECT growth.realm_id FROM audit.tree_growth AS growth
                  WHERE growth.realm_id > trees.realm_id ORDER BY growth.realm_id LIMIT 1)
           FROM trees WHERE trees.realm_id IS NOT NULL)
       SELECT trees.realm_id FROM trees
        CROSS JOIN LATERAL (SELECT size FROM audit.tree_growth AS growth
          WHERE growth.realm_id = trees.realm_id ORDER BY first_index DESC LIMIT 1) AS head
         LEFT JOIN LATERAL (SELECT size, signed_at FROM audit.checkpoints AS signed
          WHERE signed.realm_id = trees.realm_id ORDER BY size DESC LIMIT 1) AS last ON true
        WHERE last.size IS NULL
           -- Signed in the future: the clock was put back, and does not keep trees waiting until it has caught up.
           OR (last.size < head.size AND (last.signed_at < now() - interval '4 seconds' OR last.signed_at > now()))`,
    );
    return rows.map(({ realm_id }) => realm_id);
  }

  async findEvent(realmIds: readonly RealmScopeId[], id: string): Promise<PlacedEvent | null> {
    const [row] = await this.dataSource.query<RecordRow[]>(
      `SELECT ${COLUMNS} FROM audit.events WHERE realm_id = ANY($1::uuid[]) AND id = $2`,
      [realmIds, id],
    );
    return row === undefined ? null : { realmId: row.realm_id, ...recordOf(row) };
  }

  async records(realmId: RealmScopeId, begin: number, end: number, limit: number): Promise<readonly StoredRecord[]> {
    const rows = await this.dataSource.query<(RecordRow & Filing)[]>(
      `SELECT ${COLUMNS}, ${FILING} FROM audit.events
        WHERE realm_id = $1 AND leaf_index >= $2 AND leaf_index < $3 ORDER BY leaf_index LIMIT $4`,
      [realmId, begin, end, limit],
    );
    const policies = (await readPolicies(this.dataSource, [realmId])).get(realmId) ?? [];
    return rows.map((row) => ({ ...recordOf(row), misfiled: misfiledColumns(row, row, policies) }));
  }

  /** One statement sees the events and the tree of one moment. */
  async strays(realmId: RealmScopeId): Promise<readonly StrayRecord[]> {
    const rows = await this.dataSource.query<{ id: string; leaf_index: string }[]>(
      `SELECT id, leaf_index FROM audit.events WHERE realm_id = $1 AND leaf_index < 0
        UNION ALL
       SELECT id, leaf_index FROM audit.events WHERE realm_id = $1 AND leaf_index >= COALESCE(
         (SELECT size FROM audit.tree_growth WHERE realm_id = $1 ORDER BY first_index DESC LIMIT 1), 0)
        LIMIT ${String(MOST_STRAYS)}`,
      [realmId],
    );
    return rows.map(({ id, leaf_index }) => ({ eventId: id, leafIndex: Number(leaf_index) }));
  }

  /** As many as there are before the first that is missing. Of each batch only the bytes that are asked for are read. */
  async leaves(realmId: RealmScopeId, begin: number, end: number): Promise<readonly Uint8Array[]> {
    const rows = await this.dataSource.query<{ first_index: string; size: string; hashes: Buffer }[]>(
      `SELECT first_index, size, substring(leaf_hashes FROM (greatest($2::bigint - first_index, 0) * ${HASH_BYTES} + 1)::integer
                FOR ((least($3::bigint, size) - greatest($2::bigint, first_index)) * ${HASH_BYTES})::integer) AS hashes
         FROM audit.tree_growth
        WHERE realm_id = $1 AND size > $2::bigint AND first_index < $3::bigint AND first_index >= COALESCE(
          (SELECT max(first_index) FROM audit.tree_growth WHERE realm_id = $1 AND first_index <= $2::bigint), 0)
        ORDER BY first_index`,
      [realmId, begin, end],
    );
    // What stands behind a gap is not what was asked for.
    let next = begin;
    const unbroken = rows.filter(({ first_index, size }) => {
      const follows = Number(first_index) <= next;
      if (follows) next = Number(size);
      return follows;
    });
    return cut(Buffer.concat(unbroken.map(({ hashes }) => hashes)));
  }

  private async inner(
    realmId: RealmScopeId,
    level: number,
    begin: number,
    end: number,
  ): Promise<readonly Uint8Array[]> {
    const rows = await this.dataSource.query<{ hash: Buffer }[]>(
      `SELECT hash FROM audit.tree_nodes
        WHERE realm_id = $1 AND level = $2 AND node_index >= $3 AND node_index < $4 ORDER BY node_index`,
      [realmId, level, begin, end],
    );
    return rows.map(({ hash }) => hash);
  }
}

function recordOf(row: RecordRow): StoredRecord {
  return {
    leafIndex: Number(row.leaf_index),
    leafHash: row.leaf_hash,
    event: row.event,
    personalHash: row.personal_hash,
    personal: row.personal,
    salt: row.personal_salt,
  };
}
