import { Injectable } from '@nestjs/common';
import { DataSource, QueryFailedError, type EntityManager } from 'typeorm';
import {
  AuditLog,
  COUNT_LIMIT,
  UnstorableEntryError,
  type AppendResult,
  type EventPage,
  type EventQuery,
} from '../../domain/audit-log.js';
import { wholeEvent, type StoredEvent } from '../../domain/event-text.js';
import { isCountedByHour, type BucketCount, type HistogramQuery } from '../../domain/histogram.js';
import { setAside, type LogEntry, type SetAsidePayload } from '../../domain/log-entry.js';
import type { RealmScopeId } from '../../domain/realm-scope.js';
import { retentionsEver } from '../../domain/retention.js';
import { boundedRead } from './bounded-read.js';
import { EventAppender } from './event-appender.js';
import { readCounts } from './event-counts.js';
import { countEvents } from './event-histogram.js';
import { readPolicies } from './event-rows.js';
import { searchCondition, type Condition, type Place } from './event-search.js';
import { PoisonEntity } from './poison.entity.js';

/** Payloads of one statement. */
const POISON_CHUNK = 500;

/**
 * SQLSTATE classes that say the data are at fault, not the server: 22 data exception, 23 integrity constraint violation,
 * 54 program limit exceeded.
 */
const CONTENT_FAULTS = /^(22|23|54)[0-9A-Z]{3}$/;

/** What a list shows, and what it is checked by. */
const LIST_COLUMNS = 'id, realm_id, type, actor_id, client_id, subject_id, ip, event, personal, erased_at';

interface EventRow extends StoredEvent {
  readonly id: string;
}

/** The log in PostgreSQL. */
@Injectable()
export class TypeOrmAuditLog extends AuditLog {
  constructor(
    private readonly dataSource: DataSource,
    private readonly appender: EventAppender,
  ) {
    super();
  }

  async append(entries: readonly LogEntry[], aside: readonly SetAsidePayload[]): Promise<AppendResult> {
    try {
      return await this.dataSource.transaction(async (manager) => {
        const { fresh, duplicates, conflicting } = await this.appender.append(manager, entries);
        const taken = conflicting.map((entry) =>
          setAside(JSON.stringify(wholeEvent(entry)), 'its id is taken by another event'),
        );
        await insertPoison(manager, [...aside, ...taken]);
        return { appended: fresh.length, duplicates, conflicting: conflicting.length };
      });
    } catch (thrown: unknown) {
      throw isContentFault(thrown) ? new UnstorableEntryError(thrown) : thrown;
    }
  }

  list(query: EventQuery): Promise<EventPage> {
    return boundedRead(this.dataSource, async (manager) => {
      const { realmIds, filter, limit, after } = query;
      const places = await placesOf(manager, realmIds);
      const found: EventRow[] = [];
      // One query for each place and a merge: `IN` would make PostgreSQL sort instead of walking the index in order.
      for (const place of places) {
        found.push(...(await select(manager, searchCondition(place, filter, after), limit + 1)));
      }
      const rows = (places.length === 1 ? found : found.sort(newestFirst)).slice(0, limit);
      let total = 0;
      for (const place of places) total += await count(manager, searchCondition(place, filter), COUNT_LIMIT - total);
      return { events: rows, next: found.length > limit ? (rows.at(-1)?.id ?? null) : null, total };
    });
  }

  histogram(query: HistogramQuery): Promise<readonly BucketCount[]> {
    return boundedRead(this.dataSource, async (manager) =>
      isCountedByHour(query)
        ? readCounts(manager, query)
        : countEvents(manager, await placesOf(manager, query.realmIds), query),
    );
  }

  async read(realmIds: readonly RealmScopeId[], id: string): Promise<StoredEvent | null> {
    for (const { realmId, retention } of await placesOf(this.dataSource, realmIds)) {
      const [row] = await this.dataSource.query<EventRow[]>(
        `SELECT id, event, personal, erased_at AS "erasedAt" FROM audit.events WHERE retention = $1 AND id = $2 AND realm_id = $3`,
        [retention, id, realmId],
      );
      if (row !== undefined) return row;
    }
    return null;
  }
}

type Queryable = Pick<EntityManager, 'query'>;

/** Where events of the realms can be: a class that no policy ever named holds none. */
async function placesOf(manager: Queryable, realmIds: readonly RealmScopeId[]): Promise<readonly Place[]> {
  const policies = await readPolicies(manager, realmIds);
  return [...policies].flatMap(([realmId, decided]) =>
    retentionsEver(decided).map((retention) => ({ realmId, retention })),
  );
}

function select(
  manager: Queryable,
  { table, found, meant, parameters }: Condition,
  limit: number,
): Promise<EventRow[]> {
  return manager.query<EventRow[]>(
    `SELECT id, event, personal, erased_at AS "erasedAt"
       FROM (SELECT ${LIST_COLUMNS} FROM ${table} WHERE ${found} ORDER BY id DESC LIMIT ${String(limit)}) AS found
      WHERE ${meant} ORDER BY id DESC`,
    [...parameters],
  );
}

async function count(manager: Queryable, { table, found, parameters }: Condition, limit: number): Promise<number> {
  const [row] = await manager.query<{ total: number }[]>(
    `SELECT count(*)::int AS total
       FROM (SELECT 1 FROM ${table} WHERE ${found} LIMIT ${String(limit)}) AS bounded`,
    [...parameters],
  );
  return row?.total ?? 0;
}

function newestFirst(a: EventRow, b: EventRow): number {
  return a.id < b.id ? 1 : -1;
}

async function insertPoison(manager: EntityManager, payloads: readonly SetAsidePayload[]): Promise<void> {
  for (let start = 0; start < payloads.length; start += POISON_CHUNK) {
    await manager
      .createQueryBuilder()
      .insert()
      .into(PoisonEntity)
      .values(
        payloads.slice(start, start + POISON_CHUNK).map(({ digest, payload, error }) => ({
          digest,
          payload: Buffer.from(payload, 'utf8'),
          error: error.replaceAll('\0', '\u{FFFD}').slice(0, 2_000),
        })),
      )
      .orIgnore()
      .execute();
  }
}

function isContentFault(thrown: unknown): boolean {
  // `COPY` fails with the driver's own error, all else with TypeORM's around it.
  const error: unknown = thrown instanceof QueryFailedError ? thrown.driverError : thrown;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && CONTENT_FAULTS.test(code);
}
