import { EraseAuditPersonalData, type RequestOf } from '#contracts';
import { Outbox, unhurriedTransaction } from '#database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ErasureStore, type ErasedPortion, type ErasureStep } from '../../domain/erasure-store.js';
import type { LogEntry } from '../../domain/log-entry.js';
import type { RealmScopeId } from '../../domain/realm-scope.js';
import { EventAppender } from './event-appender.js';

/** Before every id. */
const FIRST = '00000000-0000-0000-0000-000000000000';

interface ErasedRow {
  readonly events: string;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

/** Erasure in PostgreSQL: what may be taken away is decided by a function of the log's owner, never here. */
@Injectable()
export class TypeOrmErasureStore extends ErasureStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly appender: EventAppender,
    private readonly outbox: Outbox,
  ) {
    super();
  }

  erase(
    { realmId, subjectId, most, after }: ErasureStep,
    tell: (portion: ErasedPortion) => LogEntry,
    rest: RequestOf<typeof EraseAuditPersonalData> | null,
  ): Promise<ErasedPortion | null> {
    return unhurriedTransaction(this.dataSource, async (manager) => {
      const [row] = await manager.query<ErasedRow[]>(
        `SELECT events, first_id, last_id FROM audit.erase_personal_data($1, $2, $3, $4)`,
        [realmId, subjectId, most, after ?? FIRST],
      );
      if (row === undefined || row.first_id === null || row.last_id === null) return null;
      const portion = { events: Number(row.events), firstEvent: row.first_id, lastEvent: row.last_id };
      // Added after the rows were found, so its place in the tree is after theirs.
      await this.appender.append(manager, [tell(portion)]);
      if (portion.events >= most && rest !== null) await this.outbox.call(manager, EraseAuditPersonalData, rest);
      return portion;
    });
  }

  async wasErased(realmId: RealmScopeId, subjectId: string): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `SELECT 1 FROM audit.events
        WHERE retention = 'forever' AND realm_id = $1 AND type = 'audit.personal_data_erased'
          AND subject_key = audit.search_key($1, $2) AND subject_id = $2
        LIMIT 1`,
      [realmId, subjectId],
    );
    return rows.length > 0;
  }
}
