import type { AuditEvent } from '#contracts';
import { AppError } from '#errors';
import { Injectable } from '@nestjs/common';
import type { EventFilter } from '../domain/audit-log.js';
import { LogFeed } from '../domain/forwarding/log-feed.js';
import { realmScope } from '../domain/realm-scope.js';

/** Events of each log that one call looks at. */
const LOOK = 500;
/** Events that one call answers; they have to fit a message of the bus. */
const MOST = 100;

/** What has entered the log. */
export interface FeedPage {
  readonly items: readonly { readonly event: AuditEvent; readonly position: readonly number[] }[];
  readonly position: readonly number[];
  readonly more: boolean;
}

/** Reads what enters the log of a realm, in the order in which it does; nothing that comes late is passed over. */
@Injectable()
export class ReadFeed {
  constructor(private readonly feed: LogFeed) {}

  /** @throws AppError `malformed_request` for a position that is none of this realm. */
  async execute(query: {
    readonly realm: { readonly name: string; readonly id: string };
    readonly position: readonly number[] | null;
    readonly filter: EventFilter;
  }): Promise<FeedPage> {
    const { realm, filter } = query;
    const realmIds = realmScope(realm);
    const sizes = await this.feed.sizes(realmIds);
    const ends = realmIds.map((realmId) => sizes.get(realmId) ?? 0);
    if (query.position === null) return { items: [], position: ends, more: false };
    if (query.position.length !== realmIds.length || query.position.some((at, n) => at > (ends[n] ?? 0))) {
      throw new AppError('malformed_request', { detail: 'This is no position in this log.', reason: 'bad_position' });
    }
    const items: { event: AuditEvent; position: readonly number[] }[] = [];
    let position = query.position;
    for (const [n, realmId] of realmIds.entries()) {
      const from = position[n] ?? 0;
      const end = ends[n] ?? 0;
      if (from >= end || items.length >= MOST) continue;
      const read = await this.feed.read(realmId, from, LOOK);
      for (const { index, event } of read) {
        if (items.length >= MOST) break;
        position = position.with(n, index + 1);
        if (matches(event, filter)) items.push({ event, position });
      }
      // Without any: retention has dropped them all.
      if (read.length === 0) position = position.with(n, end);
    }
    return { items, position, more: position.some((at, n) => at < (ends[n] ?? 0)) };
  }
}

function matches(event: AuditEvent, filter: EventFilter): boolean {
  const members: readonly (readonly [string | undefined, string | null])[] = [
    [filter.type, event.type],
    [filter.outcome, event.outcome],
    [filter.actorId, event.actor.id],
    [filter.clientId, event.client_id],
    [filter.subjectId, event.subject_id],
    [filter.jti, event.jti],
    [filter.ip, event.ip],
  ];
  return members.every(([wanted, value]) => wanted === undefined || wanted === value);
}
