import { AppError } from '#errors';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { firstEventIdAt } from '../../domain/event-id.js';
import { wholeEvent, type StoredEvent } from '../../domain/event-text.js';
import {
  HISTORY_LIMIT,
  HistoryLog,
  SCAN_LIMIT,
  type HistoryQuery,
  type IssuedPart,
  type IssuedQuery,
} from '../../domain/history/history-log.js';
import type { RecordedEvent } from '../../domain/history/recorded-event.js';

/** The log's history in PostgreSQL. Texts are compared, not parsed: what strangers sent need not be valid for `jsonb`. */
@Injectable()
export class TypeOrmHistoryLog extends HistoryLog {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async happened({ realmId, types, before, subjectId, holding }: HistoryQuery): Promise<readonly RecordedEvent[]> {
    const rows = await this.dataSource.query<StoredEvent[]>(
      `SELECT event, personal FROM audit.events
       WHERE realm_id = $1 AND type_key = ANY(ARRAY(SELECT audit.search_key($1, type) FROM unnest($2::text[]) AS type))
         AND type = ANY($2::text[]) AND id < $3
         AND ($4::text IS NULL OR subject_id = $4)
         AND ($5::text[] IS NULL OR EXISTS (SELECT 1 FROM unnest($5::text[]) AS part WHERE strpos(event, part) > 0))
       ORDER BY id LIMIT $6`,
      [realmId, types, firstEventIdAt(before), subjectId ?? null, holding ?? null, HISTORY_LIMIT + 1],
    );
    if (rows.length > HISTORY_LIMIT) {
      throw new AppError('conflict', {
        detail: `More than ${HISTORY_LIMIT} events would have to be read to answer this.`,
        reason: 'history_too_long',
      });
    }
    return rows.map(recorded);
  }

  async issued({ realmId, from, to, after, holding, limit }: IssuedQuery): Promise<IssuedPart> {
    const end = after ?? firstEventIdAt(to);
    const range = `type_key = audit.search_key($1, 'token.issued') AND id >= $2 AND id < $3`;
    // How far this call looks: an index alone answers it.
    const [edge] = await this.dataSource.query<{ id: string }[]>(
      `SELECT id FROM audit.events WHERE ${range} ORDER BY id DESC OFFSET $4 LIMIT 1`,
      [realmId, firstEventIdAt(from), end, SCAN_LIMIT - 1],
    );
    const rows = await this.dataSource.query<(StoredEvent & { readonly id: string })[]>(
      `SELECT id, event, personal FROM audit.events 
        WHERE ${range} AND realm_id = $1 AND type = 'token.issued' AND strpos(event, $4) > 0 ORDER BY id DESC LIMIT $5`,
      [realmId, edge?.id ?? firstEventIdAt(from), end, holding, limit],
    );
    const full = rows.length === limit ? rows.at(-1)?.id : undefined;
    return { events: rows.map(recorded), lookedAtTo: full ?? edge?.id ?? null };
  }
}

/** What the log took in kept the contract. */
function recorded(stored: StoredEvent): RecordedEvent {
  return wholeEvent(stored) as unknown as RecordedEvent;
}
