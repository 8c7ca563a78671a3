import { firstEventIdAt } from '../../domain/event-id.js';
import type { EventFilter } from '../../domain/audit-log.js';
import type { RealmScopeId } from '../../domain/realm-scope.js';
import type { RetentionClass } from '../../domain/retention.js';

/** Members of a filter that are compared with a column as they are. */
const COLUMNS = [
  ['type', 'type'],
  ['actorId', 'actor_id'],
  ['clientId', 'client_id'],
  ['subjectId', 'subject_id'],
  ['jti', 'jti'],
  ['ip', 'ip'],
] as const;

/** A condition on `audit.events` and its parameters. */
export interface Condition {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/**
 * The condition of a search in one realm and one class: single values, so that the planner leaves every other class's
 * partitions alone and walks one index in the order of the list.
 */
export function searchCondition(
  realmId: RealmScopeId,
  retention: RetentionClass,
  filter: EventFilter,
  after: string | null = null,
): Condition {
  const parameters: unknown[] = [retention, realmId];
  const terms = ['retention = $1', 'realm_id = $2'];
  const compare = (term: string, value: unknown): void => {
    parameters.push(value);
    terms.push(`${term} $${String(parameters.length)}`);
  };
  for (const [member, column] of COLUMNS) {
    if (filter[member] !== undefined) compare(`${column} =`, filter[member]);
  }
  // Written out, so that the planner can use the partial index on failures.
  if (filter.outcome !== undefined) terms.push(`outcome = '${filter.outcome === 'failure' ? 'failure' : 'success'}'`);
  if (filter.from !== undefined) compare('id >=', firstEventIdAt(filter.from));
  if (filter.to !== undefined) compare('id <', firstEventIdAt(filter.to));
  if (after !== null) compare('id <', after);
  return { sql: terms.join(' AND '), parameters };
}
