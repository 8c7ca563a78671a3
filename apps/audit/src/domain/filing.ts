import { pickUp } from '#transparency';
import { keysOf, type EventKeys, type SearchableEvent } from './log-entry.js';
import { retentionOf, type RetentionPolicy } from './retention.js';

/** How the log has an event filed: what it is found by, which no hash covers. */
export interface Filing extends EventKeys {
  readonly id: string;
  readonly retention: string;
  readonly isErased: boolean;
}

/** The names under which an auditor knows them. */
const COLUMNS: Readonly<Record<Exclude<keyof Filing, 'retention'>, string>> = {
  id: 'id',
  type: 'type',
  outcome: 'outcome',
  actorId: 'actor_id',
  clientId: 'client_id',
  subjectId: 'subject_id',
  targetId: 'target_id',
  jti: 'jti',
  ip: 'ip',
  isErased: 'erased_at',
};

/**
 * Tells where an event is filed otherwise than it says itself, and so is not found, found by what it is not, shown as erased, or
 * dropped before its time. All of it follows from the event, what is personal of it, and the realm's policies.
 */
export function misfiledColumns(
  { event, personal }: { readonly event: string; readonly personal: string | null },
  filing: Filing,
  policies: readonly RetentionPolicy[],
): readonly string[] {
  const logged = filingOf(event, personal);
  if (logged === null) return [];
  const { time, ...due } = logged;
  const names = Object.keys(due) as (keyof typeof due)[];
  const misfiled: string[] = names.filter((name) => due[name] !== filing[name]).map((name) => COLUMNS[name]);
  // When it was logged there may have been fewer decisions: one made after the clock was put back is of days that have had events.
  const isDue = (decided: number) =>
    retentionOf(policies.slice(0, decided), { type: due.type, time }) === filing.retention;
  if (!Array.from({ length: policies.length + 1 }, (_, decided) => decided).some(isDue)) misfiled.push('retention');
  return misfiled;
}

/** Null for a text that is no event: then it is not the one that was logged, which its hash tells. */
function filingOf(event: string, personal: string | null) {
  try {
    const whole = pickUp(event, personal) as unknown as SearchableEvent;
    const { id, time } = whole;
    return { ...keysOf(whole), id, isErased: personal === null, time: new Date(time) };
  } catch {
    return null;
  }
}
