import type { RetentionClass } from '#contracts';
import { unhurriedTransaction } from '#database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { timeOfEventId } from '../../domain/event-id.js';
import type { LogEntry } from '../../domain/log-entry.js';
import type { RealmScopeId } from '../../domain/realm-scope.js';
import type { RetentionPolicy } from '../../domain/retention.js';
import { RetentionStore, type DroppedPart, type RetentionChange } from '../../domain/retention-store.js';
import { EventAppender } from './event-appender.js';
import { readPolicies } from './event-rows.js';
import { LeafNumbering } from './leaf-numbering.js';

interface DroppedRow {
  readonly realm_id: string;
  readonly retention: RetentionClass;
  readonly events: string;
  readonly first_id: string;
  readonly last_id: string;
  readonly ranges: readonly (readonly [number, number])[];
  readonly sample: string;
}

/** Retention in PostgreSQL: what may be dropped is decided by functions of the log's owner, never here. */
@Injectable()
export class TypeOrmRetentionStore extends RetentionStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly numbering: LeafNumbering,
    private readonly appender: EventAppender,
  ) {
    super();
  }

  async policies(realmId: RealmScopeId): Promise<readonly RetentionPolicy[]> {
    return (await readPolicies(this.dataSource, [realmId])).get(realmId) ?? [];
  }

  change<T>(realmId: RealmScopeId, work: (change: RetentionChange) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (manager) => {
      // The lock of those who add to the realm: each of them sees the decision or comes before it.
      await this.numbering.lock(manager, [realmId]);
      const policies = async () => (await readPolicies(manager, [realmId])).get(realmId) ?? [];
      return work({
        policies,
        decide: async (retention) => decide(manager, realmId, retention, (await policies()).length + 1),
        record: async (entry) => {
          await this.appender.append(manager, [entry]);
        },
      });
    });
  }

  async prepare(): Promise<void> {
    await this.dataSource.query('SELECT audit.ensure_partitions()');
  }

  async retire(): Promise<readonly string[]> {
    await unhurriedTransaction(this.dataSource, (manager) => manager.query('SELECT audit.retire_expired_partitions()'));
    const rows = await this.dataSource.query<{ name: string }[]>('SELECT audit.retired_partitions() AS name');
    return rows.map(({ name }) => name);
  }

  drop(
    partition: string,
    tell: (parts: readonly DroppedPart[]) => readonly LogEntry[],
  ): Promise<readonly DroppedPart[]> {
    return unhurriedTransaction(this.dataSource, async (manager) => {
      const rows = await manager.query<DroppedRow[]>(
        `SELECT realm_id, retention, events, first_id, last_id, ranges, sample FROM audit.drop_retired_partition($1)`,
        [partition],
      );
      const parts = rows.map(droppedPart);
      await this.appender.append(manager, tell(parts));
      return parts;
    });
  }
}

async function decide(
  manager: EntityManager,
  realmId: RealmScopeId,
  retention: RetentionClass,
  version: number,
): Promise<RetentionPolicy> {
  const [row] = await manager.query<{ effective_from: string }[]>(
    `INSERT INTO audit.retention_policies (realm_id, version, retention, effective_from)
     VALUES ($1, $2, $3, (now() AT TIME ZONE 'UTC')::date + 1)
     RETURNING to_char(effective_from, 'YYYY-MM-DD') AS effective_from`,
    [realmId, version, retention],
  );
  await manager.query('SELECT audit.ensure_partitions()');
  if (row === undefined) throw new Error('a decision was not stored');
  return { retention, effectiveFrom: row.effective_from };
}

function droppedPart(row: DroppedRow): DroppedPart {
  return {
    realmId: row.realm_id,
    retention: row.retention,
    events: Number(row.events),
    firstAt: timeOfEventId(row.first_id) ?? new Date(0),
    lastAt: timeOfEventId(row.last_id) ?? new Date(0),
    leaves: row.ranges,
    realm: (JSON.parse(row.sample) as { readonly realm: string }).realm,
  };
}
