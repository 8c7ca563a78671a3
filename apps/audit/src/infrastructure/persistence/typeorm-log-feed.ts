import type { AuditEvent } from '#contracts';
import { toSafeInteger } from '#database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { wholeEvent, type StoredEvent } from '../../domain/event-text.js';
import { LogFeed, type FedEvent } from '../../domain/forwarding/log-feed.js';
import type { RealmScopeId } from '../../domain/realm-scope.js';

/** From the largest realm id to the smallest, one step along the index for each: a realm has as many rows as batches. */
const ALL_SIZES = `
  WITH RECURSIVE grown AS (
    (SELECT realm_id, size FROM audit.tree_growth ORDER BY realm_id DESC, first_index DESC LIMIT 1)
    UNION ALL
    SELECT following.realm_id, following.size FROM grown CROSS JOIN LATERAL (
      SELECT g.realm_id, g.size FROM audit.tree_growth g
      WHERE g.realm_id < grown.realm_id ORDER BY g.realm_id DESC, g.first_index DESC LIMIT 1) AS following
  )
  SELECT realm_id, size FROM grown`;
const SIZES_OF = `
  SELECT scope.realm_id, grown.size FROM unnest($1::uuid[]) AS scope (realm_id) CROSS JOIN LATERAL (
    SELECT g.size FROM audit.tree_growth g
    WHERE g.realm_id = scope.realm_id ORDER BY g.first_index DESC LIMIT 1) AS grown`;

interface Row extends StoredEvent {
  readonly id: string;
  readonly leaf_index: string;
}

/** The log in the order of its tree's leaves. */
@Injectable()
export class TypeOrmLogFeed extends LogFeed {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async sizes(realmIds?: readonly RealmScopeId[]): Promise<ReadonlyMap<RealmScopeId, number>> {
    const rows = await this.dataSource.query<{ realm_id: string; size: string }[]>(
      realmIds === undefined ? ALL_SIZES : SIZES_OF,
      realmIds === undefined ? [] : [realmIds],
    );
    return new Map(rows.map(({ realm_id: realmId, size }) => [realmId, toSafeInteger(size)]));
  }

  async read(realmId: RealmScopeId, from: number, limit: number): Promise<readonly FedEvent[]> {
    const rows = await this.dataSource.query<Row[]>(
      `SELECT id, leaf_index, event, personal FROM audit.events
       WHERE realm_id = $1 AND leaf_index >= $2 ORDER BY leaf_index LIMIT $3`,
      [realmId, from, limit],
    );
    return rows.map((row) => ({ index: toSafeInteger(row.leaf_index), event: wholeEvent(row) as AuditEvent }));
  }

  async find(realmIds: readonly RealmScopeId[], ids: readonly string[]): Promise<ReadonlyMap<string, AuditEvent>> {
    const rows = await this.dataSource.query<Row[]>(
      `SELECT id, event, personal FROM audit.events WHERE realm_id = ANY($1::uuid[]) AND id = ANY($2::uuid[])`,
      [realmIds, ids],
    );
    return new Map(rows.map((row) => [row.id, wholeEvent(row) as AuditEvent]));
  }
}
