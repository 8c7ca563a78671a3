import { isObject, type JsonObject } from '../leaf/json.js';
import { isTreeSize, type LeafRange } from '../tree/ranges.js';

/** The event that tells of records dropped because their time was over; its `details.leaves` are their places. */
export const RETENTION_EVENT = 'audit.retention_applied';

/** Ranges that are remembered of either kind. */
const MOST_RANGES = 100_000;

/** Keeps account of leaves without a record, and of the records that tell of their retention, in bounded memory. */
export class DropLedger {
  private readonly dropped: { readonly range: LeafRange; readonly line: number }[] = [];
  private readonly told: LeafRange[] = [];
  /** Leaves that records tell of without saying which. */
  private toldWithoutPlace = 0;
  /** Leaves without a record. */
  count = 0;
  /** Whether there were more ranges than could be accounted for. */
  overflowed = false;

  /** Takes note of a record that tells of retention: of what stands before it, for nothing is dropped before it is there. */
  tombstone({ type, details }: JsonObject, leafIndex: number): void {
    if (type !== RETENTION_EVENT || !isObject(details)) return;
    const { leaves, events } = details;
    let placed = 0;
    for (const range of Array.isArray(leaves) ? leaves : []) {
      const [first, last] = Array.isArray(range) ? (range as unknown[]) : [];
      if (typeof first !== 'number' || typeof last !== 'number' || !isTreeSize(first) || !isTreeSize(last)) continue;
      placed += Math.max(0, last + 1 - first);
      if (last >= leafIndex) continue;
      if (this.told.length < MOST_RANGES) this.told.push({ begin: first, end: last + 1 });
      else this.overflowed = true;
    }
    if (typeof events === 'number' && isTreeSize(events)) this.toldWithoutPlace += Math.max(0, events - placed);
  }

  /** Takes note of leaves without a record. */
  droppedRange(range: LeafRange, line: number): void {
    this.count += range.end - range.begin;
    const last = this.dropped.at(-1);
    if (this.dropped.length >= MOST_RANGES) this.overflowed = true;
    else if (last?.range.end === range.begin) {
      this.dropped[this.dropped.length - 1] = { range: { begin: last.range.begin, end: range.end }, line: last.line };
    } else this.dropped.push({ range, line });
  }

  /** The first leaf without a record that no record tells of. */
  firstUntold(): { readonly leafIndex: number; readonly line: number } | null {
    if (this.overflowed) return null;
    const told = this.told.toSorted((a, b) => a.begin - b.begin);
    let allowance = this.toldWithoutPlace;
    let next = 0;
    for (const { range, line } of this.dropped) {
      let at = range.begin;
      while (at < range.end) {
        while (next < told.length && (told[next]?.end ?? 0) <= at) next += 1;
        const telling = told[next];
        const end = Math.min(range.end, telling?.begin ?? range.end);
        if (end > at) {
          if (end - at > allowance) return { leafIndex: at + allowance, line };
          allowance -= end - at;
        }
        at = Math.max(end, Math.min(range.end, telling?.end ?? range.end));
      }
    }
    return null;
  }
}
