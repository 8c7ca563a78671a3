import type { LogEntry } from '../../domain/log-entry.js';
import type { RealmScopeId } from '../../domain/realm-scope.js';
import type { RealmEntries } from './leaf-numbering.js';

/** What the log holds under an id. */
export type StoredContent = Pick<LogEntry, 'event' | 'realmId'> & {
  readonly personal: string | null;
  readonly erased: boolean;
};

/** A batch against what the log holds. */
export interface SortedBatch {
  readonly fresh: readonly LogEntry[];
  /** Delivery again, which is ordinary. */
  readonly duplicates: number;
  /** Another content under a known id, which is not and must not vanish without a trace. */
  readonly conflicting: readonly LogEntry[];
}

/** Puts entries in the order in which every writer takes them: by realm, then by id. */
export function inOrder(entries: readonly LogEntry[]): readonly LogEntry[] {
  return [...entries].sort((a, b) => compare(a.realmId, b.realmId) || compare(a.id, b.id));
}

/** Tells new entries from those that are in the log, or twice in the batch. Keeps the order. */
export function sortBatch(entries: readonly LogEntry[], stored: ReadonlyMap<string, StoredContent>): SortedBatch {
  const known = new Map(stored);
  const fresh: LogEntry[] = [];
  const conflicting: LogEntry[] = [];
  let duplicates = 0;
  for (const entry of entries) {
    const content = known.get(entry.id);
    if (content === undefined) {
      known.set(entry.id, { ...entry, erased: false });
      fresh.push(entry);
    } else if (isSame(entry, content)) {
      duplicates += 1;
    } else {
      conflicting.push(entry);
    }
  }
  return { fresh, duplicates, conflicting };
}

/** Ordered entries in groups of one realm. */
export function byRealm(ordered: readonly LogEntry[]): readonly RealmEntries[] {
  const groups = new Map<RealmScopeId, LogEntry[]>();
  for (const entry of ordered) {
    const group = groups.get(entry.realmId);
    if (group === undefined) groups.set(entry.realmId, [entry]);
    else group.push(entry);
  }
  return [...groups].map(([realmId, entries]) => ({ realmId, entries }));
}

function isSame(entry: LogEntry, content: StoredContent): boolean {
  if (entry.realmId !== content.realmId || entry.event !== content.event) return false;
  return content.erased || entry.personal === content.personal;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
