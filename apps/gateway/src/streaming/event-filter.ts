import { AUDIT_EVENT_TYPES } from '#contracts';
import { defined } from '../administration/dto/defined.js';
import type { ListQuery } from '../http/list-query.js';

/** What a list, an export or a tail of events is narrowed to; without times. */
export function eventFilterOf(query: ListQuery) {
  return defined({
    type: query.oneOf('type', AUDIT_EVENT_TYPES),
    outcome: query.oneOf('outcome', ['success', 'failure']),
    actorId: query.text('actor_id'),
    clientId: query.text('client_id'),
    subjectId: query.text('subject_id'),
    jti: query.text('jti'),
    ip: query.text('ip', 64),
  });
}

/** The same with times: `from` is inclusive, `to` exclusive. */
export function timedFilterOf(query: ListQuery) {
  const filter = defined({ ...eventFilterOf(query), from: query.instant('from'), to: query.instant('to') });
  if (filter.from !== undefined && filter.to !== undefined && filter.from > filter.to) {
    query.refuse('from', 'must not be later than to');
  }
  return filter;
}
