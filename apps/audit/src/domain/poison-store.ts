/** A payload that was set aside. */
export interface PoisonEntry {
  /** SHA-256 of the payload, in hex. */
  readonly digest: string;
  readonly error: string;
  readonly receivedAt: Date;
  /** Of the whole payload. */
  readonly bytes: number;
  /** The first bytes of it. */
  readonly beginning: Buffer;
}

/** Where a page ends. */
export type PoisonPosition = Pick<PoisonEntry, 'digest' | 'receivedAt'>;

/** What was set aside, for an operator to look at. Also the dependency-injection token. */
export abstract class PoisonStore {
  /** Newest first, from behind `after`; at most `shownBytes` of each. */
  abstract list(limit: number, after: PoisonPosition | null, shownBytes: number): Promise<readonly PoisonEntry[]>;
  abstract count(): Promise<number>;
}
