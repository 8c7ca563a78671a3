import type { RetentionClass } from '#contracts';
import type { EventFilter } from '../../domain/audit-log.js';
import { firstEventIdAt } from '../../domain/event-id.js';
import type { RealmScopeId } from '../../domain/realm-scope.js';

/** Members of a filter that events are found by through a hash over realm and value, and the hash's column. */
const KEYS = [
  ['type', 'type', 'type_key'],
  ['actorId', 'actor_id', 'actor_key'],
  ['clientId', 'client_id', 'client_key'],
  ['subjectId', 'subject_id', 'subject_key'],
  ['ip', 'ip', 'ip_key'],
] as const;

/** Where events of one realm can be. */
export interface Place {
  readonly realmId: RealmScopeId;
  readonly retention: RetentionClass;
}

/** A condition on `audit.events`, in two steps, and the parameters of both. */
export interface Condition {
  /** The partition of the class: named, because a condition on the class would keep every index from answering alone. */
  readonly table: string;
  /**
   * What an index answers: single values, so that the planner walks one index in the order of the list.
   */
  readonly found: string;
  /** What a hash cannot promise; holds for all that was found but for one in 2^64. */
  readonly meant: string;
  readonly parameters: readonly unknown[];
}

/** The condition of a search in one place. */
export function searchCondition(place: Place, filter: EventFilter, after: string | null = null): Condition {
  const parameters: unknown[] = [place.realmId];
  const parameter = (value: unknown): string => {
    parameters.push(value);
    return `$${String(parameters.length)}`;
  };
  const found: string[] = [];
  const meant = ['realm_id = $1'];
  for (const [member, column, key] of KEYS) {
    const value = filter[member];
    if (value === undefined) continue;
    const wanted = parameter(value);
    found.push(`${key} = audit.search_key($1, ${wanted})`);
    meant.push(`${column} = ${wanted}`);
  }
  if (filter.jti !== undefined) found.push(`jti = ${parameter(filter.jti)}`);
  // A key holds the realm, and its failures are indexed by themselves. Everything else needs the realm said: its own index is walked.
  if (meant.length === 1 || filter.jti !== undefined) found.push('realm_id = $1');
  // Written out, so that the planner can use the partial indexes on failures.
  if (filter.outcome !== undefined) found.push(`outcome = '${filter.outcome === 'failure' ? 'failure' : 'success'}'`);
  if (filter.from !== undefined) found.push(`id >= ${parameter(firstEventIdAt(filter.from))}::uuid`);
  if (filter.to !== undefined) found.push(`id < ${parameter(firstEventIdAt(filter.to))}::uuid`);
  if (after !== null) found.push(`id < ${parameter(after)}::uuid`);
  return {
    table: `audit.events_${place.retention}`,
    found: found.join(' AND '),
    meant: meant.join(' AND '),
    parameters,
  };
}
