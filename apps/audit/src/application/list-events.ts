import { Injectable } from '@nestjs/common';
import { AuditLog, type EventFilter, type EventPage } from '../domain/audit-log.js';
import { searchKey } from '../domain/log-entry.js';
import { realmScope } from '../domain/realm-scope.js';

/** Lists the events of a realm, newest first. */
@Injectable()
export class ListEvents {
  constructor(private readonly log: AuditLog) {}

  execute(query: {
    readonly realm: { readonly name: string; readonly id: string };
    readonly filter: EventFilter;
    readonly limit: number;
    readonly after: string | null;
  }): Promise<EventPage> {
    return this.log.list({
      realmIds: realmScope(query.realm),
      filter: comparable(query.filter),
      limit: query.limit,
      after: query.after,
    });
  }
}

/** Filters are compared in the form in which the log keeps its search keys. */
export function comparable(filter: EventFilter): EventFilter {
  const entries = Object.entries(filter).map(([member, value]: [string, unknown]) => [
    member,
    typeof value === 'string' ? searchKey(value) : value,
  ]);
  return Object.fromEntries(entries) as EventFilter;
}
