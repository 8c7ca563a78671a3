import type { LogEntry } from './log-entry.js';
import type { RealmScopeId } from './realm-scope.js';

/** What one step erased. */
export interface ErasedPortion {
  readonly events: number;
  /** Id of the oldest event. */
  readonly firstEvent: string;
  /** Id of the newest event. */
  readonly lastEvent: string;
}

/** Takes the personal part of events away. Also the dependency-injection token. */
export abstract class ErasureStore {
  /**
   * Erases the personal part of at most `most` events of the realm about the subject. What `tell` makes of it enters the log
   * with it, or nothing happens. Null when there was nothing to erase.
   */
  abstract erase(
    realmId: RealmScopeId,
    subjectId: string,
    most: number,
    tell: (portion: ErasedPortion) => LogEntry,
  ): Promise<ErasedPortion | null>;
  /** Whether anything about the subject was ever erased in the realm. */
  abstract wasErased(realmId: RealmScopeId, subjectId: string): Promise<boolean>;
}
