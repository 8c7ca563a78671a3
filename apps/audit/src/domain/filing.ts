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
const COLUMNS: Readonly<Record<keyof Filing, string>> = {
  id: 'id',
  type: 'type',
  outcome: 'outcome',
  actorId: 'actor_id',
  clientId: 'client_id',
  subjectId: 'subject_id',
  targetId: 'target_id',
  jti: 'jti',
  ip: 'ip',
  retention: 'retention',
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
  const due = filingOf(event, personal, policies);
  if (due === null) return [];
  const names = Object.keys(COLUMNS) as (keyof Filing)[];
  return names.filter((name) => due[name] !== filing[name]).map((name) => COLUMNS[name]);
}

/** Null for a text that is no event: then it is not the one that was logged, which its hash tells. */
function filingOf(event: string, personal: string | null, policies: readonly RetentionPolicy[]): Filing | null {
  try {
    const whole = pickUp(event, personal) as unknown as SearchableEvent;
    const { id, type } = whole;
    const retention = retentionOf(policies, { type, time: new Date(whole.time) });
    return { ...keysOf(whole), id, retention, isErased: personal === null };
  } catch {
    return null;
  }
}
