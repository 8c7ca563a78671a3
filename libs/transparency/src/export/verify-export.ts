import { type VerifierKey } from '../note/verifier-key.js';
import { ExportVerifier } from './export-verifier.js';
import { type ExportReport } from './report.js';
import { type KeptCheckpoint } from './kept-checkpoints.js';
import { LONGEST_LINE_BYTES } from './lines.js';
import { ExportProblemError, type ExportProblem } from './problem.js';
import { readLines } from './read-lines.js';

/** Whether an export is whole and sound, and if not, what is wrong first. */
export type ExportVerdict =
  { readonly ok: true; readonly report: ExportReport } | { readonly ok: false; readonly problem: ExportProblem };

/** What an export is verified against. */
export interface VerifyExportOptions {
  /** Keys of the log; obtained on another way than the export. */
  readonly keys: readonly VerifierKey[];
  readonly kept?: readonly KeptCheckpoint[];
  readonly longestLineBytes?: number;
}

/**
 * Verifies an export in constant memory, with nothing but the keys.
 *
 * @throws NoteError when a kept checkpoint is not signed by the keys: then nothing can be said.
 */
export async function verifyExport(
  chunks: AsyncIterable<Uint8Array>,
  options: VerifyExportOptions,
): Promise<ExportVerdict> {
  const longest = options.longestLineBytes ?? LONGEST_LINE_BYTES;
  const verifier = new ExportVerifier(options.keys, options.kept);
  try {
    for await (const line of readLines(chunks, longest)) {
      if ('text' in line) verifier.accept(line.text);
      else if (line.fault === 'no_newline') verifier.refuse('cut_off', 'the export is cut off within a line');
      else if (line.fault === 'not_utf8') verifier.refuse('malformed', 'this line is not UTF-8');
      else verifier.refuse('malformed', `this line is longer than ${longest} bytes`);
    }
    return { ok: true, report: verifier.finish() };
  } catch (error) {
    if (error instanceof ExportProblemError) return { ok: false, problem: error.problem };
    throw error;
  }
}
