import { Injectable } from '@nestjs/common';
import { DataSource, QueryFailedError, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import {
  AuditLog,
  COUNT_LIMIT,
  UnstorableEntryError,
  type AppendResult,
  type EventFilter,
  type EventPage,
  type EventQuery,
} from '../../domain/audit-log.js';
import { setAside, type LogEntry, type SetAsidePayload } from '../../domain/log-entry.js';
import type { RealmScopeId } from '../../domain/realm-scope.js';
import { AuditEventEntity } from './audit-event.entity.js';
import { PoisonEntity } from './poison.entity.js';

/** Rows of one statement: large enough to cost little for each, small enough to stay a short statement. */
const CHUNK = 500;

/**
 * SQLSTATE classes that say the data are at fault, not the server: 22 data exception, 23 integrity constraint violation,
 * 54 program limit exceeded.
 */
const CONTENT_FAULTS = /^(22|23|54)/;

/** One array for each column keeps the statement the same for any number of rows, and cheap to build and to parse. */
const INSERT = `
  INSERT INTO audit.events
    (id, realm_id, time, type, outcome, actor_id, client_id, subject_id, jti, ip, event)
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::text[], $11::text[])
  ON CONFLICT (id) DO NOTHING
  RETURNING id`;

/** The log in PostgreSQL. */
@Injectable()
export class TypeOrmAuditLog extends AuditLog {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async append(entries: readonly LogEntry[], aside: readonly SetAsidePayload[]): Promise<AppendResult> {
    try {
      return await this.dataSource.transaction(async (manager) => {
        let appended = 0;
        let duplicates = 0;
        const conflicting: SetAsidePayload[] = [];
        // In one order for all replicas, so that two batches with the same events cannot wait for each other in a circle.
        const ordered = [...entries].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
        for (let start = 0; start < ordered.length; start += CHUNK) {
          const chunk = ordered.slice(start, start + CHUNK);
          const inserted = await insertChunk(manager, chunk);
          appended += inserted.size;
          if (inserted.size === chunk.length) continue;
          const differing = await differingFromLog(manager, chunk);
          conflicting.push(...differing.map(({ event }) => setAside(event, 'its id is taken by another event')));
          duplicates += chunk.length - inserted.size - differing.length;
        }
        await insertPoison(manager, [...aside, ...conflicting]);
        return { appended, duplicates, conflicting: conflicting.length };
      });
    } catch (thrown: unknown) {
      throw isContentFault(thrown) ? new UnstorableEntryError(thrown) : thrown;
    }
  }

  async list(query: EventQuery): Promise<EventPage> {
    const { realmIds, filter, limit, after } = query;
    // One query for each realm id and a merge: `IN` would make PostgreSQL sort instead of walking the index in order.
    const perRealm: AuditEventEntity[][] = [];
    for (const realmId of realmIds) {
      const page = filtered(this.events().select(['e.id', 'e.time', 'e.event']), [realmId], filter);
      if (after !== null)
        page.andWhere('(e.time, e.id) < (:afterTime, :afterId)', { afterTime: after.time, afterId: after.id });
      perRealm.push(
        await page
          .orderBy('e.time', 'DESC')
          .addOrderBy('e.id', 'DESC')
          .limit(limit + 1)
          .getMany(),
      );
    }
    const found = perRealm.length === 1 ? (perRealm[0] ?? []) : perRealm.flat().sort(newestFirst);
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    return {
      events: rows.map(({ event }) => event),
      next: found.length > limit && last !== undefined ? { time: last.time, id: last.id } : null,
      total: await this.count(realmIds, filter),
    };
  }

  async read(realmIds: readonly RealmScopeId[], id: string): Promise<string | null> {
    const row = await filtered(this.events().select(['e.id', 'e.event']), realmIds, {})
      .andWhere('e.id = :id', { id })
      .getOne();
    return row?.event ?? null;
  }

  private events(): SelectQueryBuilder<AuditEventEntity> {
    return this.dataSource.createQueryBuilder(AuditEventEntity, 'e');
  }

  private async count(realmIds: readonly RealmScopeId[], filter: EventFilter): Promise<number> {
    const [matching, parameters] = filtered(this.events().select('1'), realmIds, filter)
      .limit(COUNT_LIMIT)
      .getQueryAndParameters();
    const [row] = await this.dataSource.query<{ total: number }[]>(
      `SELECT count(*)::int AS total FROM (${matching}) AS bounded`,
      parameters,
    );
    return row?.total ?? 0;
  }
}

function filtered(
  query: SelectQueryBuilder<AuditEventEntity>,
  realmIds: readonly RealmScopeId[],
  filter: EventFilter,
): SelectQueryBuilder<AuditEventEntity> {
  const [realmId] = realmIds;
  if (realmIds.length === 1) query.where('e.realmId = :realmId', { realmId });
  else query.where('e.realmId IN (:...realmIds)', { realmIds });
  const { type, outcome, actorId, clientId, subjectId, jti, ip, from, to } = filter;
  if (type !== undefined) query.andWhere('e.type = :type', { type });
  // Written out, so that the planner can use the partial index on failures.
  if (outcome !== undefined) query.andWhere(outcome === 'failure' ? "e.outcome = 'failure'" : "e.outcome = 'success'");
  if (actorId !== undefined) query.andWhere('e.actorId = :actorId', { actorId });
  if (clientId !== undefined) query.andWhere('e.clientId = :clientId', { clientId });
  if (subjectId !== undefined) query.andWhere('e.subjectId = :subjectId', { subjectId });
  if (jti !== undefined) query.andWhere('e.jti = :jti', { jti });
  if (ip !== undefined) query.andWhere('e.ip = :ip', { ip });
  if (from !== undefined) query.andWhere('e.time >= :from', { from });
  if (to !== undefined) query.andWhere('e.time < :to', { to });
  return query;
}

function newestFirst(a: AuditEventEntity, b: AuditEventEntity): number {
  return b.time.getTime() - a.time.getTime() || (a.id < b.id ? 1 : -1);
}

async function insertChunk(manager: EntityManager, chunk: readonly LogEntry[]): Promise<ReadonlySet<string>> {
  const rows = await manager.query<{ id: string }[]>(INSERT, [
    chunk.map(({ id }) => id),
    chunk.map(({ realmId }) => realmId),
    chunk.map(({ time }) => time.toISOString()),
    chunk.map(({ type }) => type),
    chunk.map(({ outcome }) => outcome),
    chunk.map(({ actorId }) => actorId),
    chunk.map(({ clientId }) => clientId),
    chunk.map(({ subjectId }) => subjectId),
    chunk.map(({ jti }) => jti),
    chunk.map(({ ip }) => ip),
    chunk.map(({ event }) => event),
  ]);
  return new Set(rows.map(({ id }) => id));
}

/** Delivery again is ordinary; another content under a known id is not, and must not vanish without a trace. */
async function differingFromLog(manager: EntityManager, chunk: readonly LogEntry[]): Promise<readonly LogEntry[]> {
  const stored = await manager
    .createQueryBuilder(AuditEventEntity, 'e')
    .select(['e.id', 'e.event'])
    // By id alone, in whatever realm: the id is the key of the whole log.
    .where('e.id IN (:...ids)', { ids: chunk.map(({ id }) => id) })
    .getMany();
  const events = new Map(stored.map(({ id, event }) => [id, event]));
  return chunk.filter(({ id, event }) => events.get(id) !== event);
}

async function insertPoison(manager: EntityManager, payloads: readonly SetAsidePayload[]): Promise<void> {
  for (let start = 0; start < payloads.length; start += CHUNK) {
    await manager
      .createQueryBuilder()
      .insert()
      .into(PoisonEntity)
      .values(
        payloads.slice(start, start + CHUNK).map(({ digest, payload, error }) => ({
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
  if (!(thrown instanceof QueryFailedError)) return false;
  const { code } = thrown.driverError as { readonly code?: unknown };
  return typeof code === 'string' && CONTENT_FAULTS.test(code);
}
