import { isObject, type JsonObject } from '../leaf/json.js';

/** The event that tells of an erasure; its `subject_id` is whose personal data went. */
export const ERASURE_EVENT = 'audit.personal_data_erased';

/** Distinct groups of ids that are remembered; beyond, erasures are counted but not accounted for. */
const MOST_GROUPS = 100_000;

/** Keeps account of erased records and of the records that tell of erasures, in bounded memory. */
export class ErasureLedger {
  private readonly tombstones = new Map<string, number>();
  private readonly erased = new Map<string, { readonly ids: readonly string[]; first: Place; last: number }>();
  /** Records without their personal data. */
  count = 0;
  /** Whether so many people's data were erased that not all could be accounted for. */
  overflowed = false;

  /** Takes note of a record that tells of an erasure. */
  tombstone(event: JsonObject, leafIndex: number): void {
    const { type, subject_id } = event;
    if (type === ERASURE_EVENT && typeof subject_id === 'string') this.tombstones.set(subject_id, leafIndex);
  }

  /** Takes note of a record whose personal data are gone. */
  erasedRecord(event: JsonObject, place: Place): void {
    this.count += 1;
    const ids = idsOf(event);
    const group = ids.join('\n');
    const known = this.erased.get(group);
    if (known !== undefined) known.last = place.leafIndex;
    else if (this.erased.size < MOST_GROUPS) this.erased.set(group, { ids, first: place, last: place.leafIndex });
    else this.overflowed = true;
  }

  /** The first erased record that no later record accounts for. */
  firstUnaccounted(): Place | null {
    let found: Place | null = null;
    for (const { ids, first, last } of this.erased.values()) {
      if (ids.some((id) => (this.tombstones.get(id) ?? -1) > last)) continue;
      if (found === null || first.leafIndex < found.leafIndex) found = first;
    }
    return found;
  }
}

/** Where a record stands. */
export interface Place {
  readonly leafIndex: number;
  readonly line: number;
  readonly eventId: string | null;
}

/** Whom an event is about: the ids that an erasure is asked for by. */
function idsOf({ actor, subject_id, target }: JsonObject): readonly string[] {
  const ids = [isObject(actor) ? actor['id'] : null, subject_id, isObject(target) ? target['id'] : null];
  return [...new Set(ids.filter((id) => typeof id === 'string'))];
}
