import type { EraseAuditPersonalData, RequestOf } from '#contracts';
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

/** Which events one step looks for. */
export interface ErasureStep {
  readonly realmId: RealmScopeId;
  readonly subjectId: string;
  /** So many at most. */
  readonly most: number;
  /** Only those with a larger id; null for all. */
  readonly after: string | null;
}

/** Takes the personal part of events away. Also the dependency-injection token. */
export abstract class ErasureStore {
  /**
   * Erases the personal part of the oldest events of the realm about the subject. What `tell` makes of it enters the log with it, or
   * nothing happens. Null when there was nothing to erase.
   *
   * @param rest when as many as `most` were found, this is asked for once more, whatever happens to whoever asked now; null for
   *   nothing.
   */
  abstract erase(
    step: ErasureStep,
    tell: (portion: ErasedPortion) => LogEntry,
    rest: RequestOf<typeof EraseAuditPersonalData> | null,
  ): Promise<ErasedPortion | null>;
  /** Whether anything about the subject was ever erased in the realm. */
  abstract wasErased(realmId: RealmScopeId, subjectId: string): Promise<boolean>;
}
