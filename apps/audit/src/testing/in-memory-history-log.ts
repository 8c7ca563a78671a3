import { AppError } from '#errors';
import { firstEventIdAt } from '../domain/event-id.js';
import {
  HISTORY_LIMIT,
  HistoryLog,
  type HistoryQuery,
  type IssuedPart,
  type IssuedQuery,
} from '../domain/history/history-log.js';
import type { RecordedEvent } from '../domain/history/recorded-event.js';

/** The log's history in memory, for unit tests. */
export class InMemoryHistoryLog extends HistoryLog {
  /** In any order; each with its realm. */
  readonly events: (RecordedEvent & { readonly realm_id: string | null })[] = [];
  /** How many tokens one question looks at. */
  scanLimit = 50_000;

  happened({ realmId, types, before, subjectId, holding }: HistoryQuery): Promise<readonly RecordedEvent[]> {
    const found = this.events.filter((event) => {
      const text = JSON.stringify(event);
      return (
        event.realm_id === realmId &&
        types.includes(event.type) &&
        event.id < firstEventIdAt(before) &&
        (subjectId === undefined || event.subject_id === subjectId) &&
        (holding === undefined || holding.some((part) => text.includes(part)))
      );
    });
    if (found.length > HISTORY_LIMIT) return Promise.reject(new AppError('conflict'));
    return Promise.resolve(found.sort((left, right) => (left.id < right.id ? -1 : 1)));
  }

  issued({ realmId, from, to, after, holding, limit }: IssuedQuery): Promise<IssuedPart> {
    const inRange = this.events
      .filter(({ realm_id, type, id }) => realm_id === realmId && type === 'token.issued' && id >= firstEventIdAt(from))
      .filter(({ id }) => id < (after ?? firstEventIdAt(to)))
      .sort((left, right) => (left.id < right.id ? 1 : -1));
    const scanned = inRange.slice(0, this.scanLimit);
    const matching = scanned.filter((event) => JSON.stringify(event).includes(holding)).slice(0, limit);
    const full = matching.length === limit ? matching.at(-1)?.id : undefined;
    const edge = inRange.length >= this.scanLimit ? scanned.at(-1)?.id : undefined;
    return Promise.resolve({ events: matching, lookedAtTo: full ?? edge ?? null });
  }
}
