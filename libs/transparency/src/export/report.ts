/** What a whole and sound export tells. */
export interface ExportReport {
  readonly origin: string;
  readonly firstIndex: number;
  /** Size of the tree under the last checkpoint. */
  readonly size: number;
  readonly records: number;
  /** Leaves without a record, past the time they are kept. */
  readonly dropped: number;
  /** Records without their personal data. */
  readonly erased: number;
  readonly checkpoints: number;
  /** What could not be judged from this export alone. */
  readonly notes: readonly string[];
}
