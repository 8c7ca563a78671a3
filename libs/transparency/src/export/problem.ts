/**
 * What was found wrong first. `altered`: a record is not the one that was logged. `missing`: it is not there. `unexpected`:
 * one stands where another belongs. `history`: a signed checkpoint says otherwise, and nothing in the export says more.
 * `unaccounted`: something was taken away and no record tells of it. `malformed`: no line of an export. `cut_off`: the end
 * is missing. `checkpoint`: a checkpoint is not signed by the key, or not of this log.
 */
export type ProblemKind =
  'altered' | 'missing' | 'unexpected' | 'history' | 'unaccounted' | 'malformed' | 'cut_off' | 'checkpoint';

/** The first thing that is wrong with an export. */
export interface ExportProblem {
  readonly kind: ProblemKind;
  /** Counted from 1. */
  readonly line: number;
  /** The first record that can be meant; null before the first record's place is known. */
  readonly firstIndex: number | null;
  /** The last record that can be meant: the same one, unless only a signed checkpoint tells. */
  readonly lastIndex: number | null;
  /** The id that stands in the record at this place; null when there is none. */
  readonly eventId: string | null;
  readonly message: string;
}

/** Ends a verification. */
export class ExportProblemError extends Error {
  override readonly name = 'ExportProblemError';

  constructor(readonly problem: ExportProblem) {
    super(problem.message);
  }
}
