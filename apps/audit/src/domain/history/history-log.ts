import type { RecordedEvent } from './recorded-event.js';

/** Asks for what happened in a realm before a time. */
export interface HistoryQuery {
  readonly realmId: string;
  readonly types: readonly string[];
  /** Exclusive. */
  readonly before: Date;
  readonly subjectId?: string;
  /** Only events whose JSON text holds one of these; absent: all. */
  readonly holding?: readonly string[];
}

/** Asks for tokens that were issued, newest first. */
export interface IssuedQuery {
  readonly realmId: string;
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
  /** Id of the event after which to go on: in this order, so older. */
  readonly after: string | null;
  /** Only events whose JSON text holds this. */
  readonly holding: string;
  readonly limit: number;
}

/** A part of the log that was looked at. */
export interface IssuedPart {
  readonly events: readonly RecordedEvent[];
  /** Id of the last event that was looked at, to go on after; null when all were. */
  readonly lookedAtTo: string | null;
}

/** The most events that one question about a past state may need. */
export const HISTORY_LIMIT = 50_000;
/** How many tokens of the log one question looks at. */
export const SCAN_LIMIT = 50_000;

/** Reads the log to reconstruct what was. Also the dependency-injection token. */
export abstract class HistoryLog {
  /**
   * What happened, in the order of event ids.
   *
   * @throws AppError `conflict` when it is more than `HISTORY_LIMIT`.
   */
  abstract happened(query: HistoryQuery): Promise<readonly RecordedEvent[]>;
  /** Tokens of the next `SCAN_LIMIT` that were issued. */
  abstract issued(query: IssuedQuery): Promise<IssuedPart>;
}
