import { toBase64 } from '../base64.js';
import { canonicalJson } from '../leaf/canonical-json.js';
import {
  EXPORT_FORMAT,
  LEAVES_PER_LINE,
  recordLine,
  type CheckpointLine,
  type ExportLine,
  type StoredRecord,
} from './lines.js';

/** One log as an export reads it. Nothing that it tells changes while it is read: the tree grows behind `end.size`. */
export interface ExportSource {
  readonly origin: string;
  readonly realmId: string;
  /** The checkpoint that the export ends in. */
  readonly end: { readonly size: number; readonly note: string };
  /** Right edge of the tree of the first `size` leaves, from the largest subtree to the smallest. */
  compactRange(size: number): Promise<readonly Uint8Array[]>;
  /** Hashes of the leaves `begin` (inclusive) to `end` (exclusive) as the tree has them. */
  leafHashes(begin: number, end: number): Promise<readonly Uint8Array[]>;
  /** Roots of the perfect subtrees that the leaves of a range make. */
  subtreeHashes(begin: number, end: number): Promise<readonly Uint8Array[]>;
  /** The first `limit` records there are from a leaf on, below `end`, in the order of their leaves. */
  records(begin: number, end: number, limit: number): Promise<readonly StoredRecord[]>;
  /** The checkpoints of sizes from `begin` (inclusive) to `end` (exclusive), smallest first, at most `limit`. */
  checkpoints(begin: number, end: number, limit: number): Promise<readonly { size: number; note: string }[]>;
}

/** Records that are read at a time; also the measure of what is held in memory. */
const PAGE = 1_024;

/**
 * Writes the export of a log, line by line, in constant memory.
 *
 * @param firstIndex the leaf to begin with: 0, or where another export ended.
 * @throws RangeError when there is no such leaf under the checkpoint.
 */
export async function* writeExport(source: ExportSource, firstIndex = 0): AsyncGenerator<string, void, undefined> {
  const { end } = source;
  if (!Number.isSafeInteger(firstIndex) || firstIndex < 0 || firstIndex > end.size) {
    throw new RangeError(`the checkpoint is of ${end.size} leaves: there is none to begin with at ${firstIndex}`);
  }
  const counter = { lines: 0, records: 0 };
  const counted = (line: string): string => {
    counter.lines += 1;
    return line;
  };
  yield counted(
    lineOf({
      kind: 'header',
      format: EXPORT_FORMAT,
      origin: source.origin,
      realm_id: source.realmId,
      first_index: firstIndex,
      compact_range: (await source.compactRange(firstIndex)).map(toBase64),
    }),
  );
  const checkpoints = new CheckpointWalk(source, firstIndex);
  let at = firstIndex;
  while (at < end.size) {
    const page = await source.records(at, end.size, PAGE);
    const ranges = runs(page, at, page.length < PAGE ? end.size : (page.at(-1)?.leafIndex ?? at) + 1);
    for (const run of ranges) {
      if (run.records.length === 0) {
        const subtrees = (await source.subtreeHashes(run.begin, run.end)).map(toBase64);
        yield counted(lineOf({ kind: 'dropped', first_index: run.begin, count: run.end - run.begin, subtrees }));
        // Checkpoints within what was dropped say nothing that could be checked here.
        await checkpoints.skipTo(run.end);
      } else {
        const hashes = await source.leafHashes(run.begin, run.end);
        yield counted(
          lineOf({ kind: 'leaves', first_index: run.begin, hashes: toBase64(Buffer.concat(hashes as Uint8Array[])) }),
        );
        for (const record of run.records) {
          yield counted(recordLine(record));
          counter.records += 1;
          const due = await checkpoints.at(record.leafIndex + 1);
          if (due !== null) yield counted(lineOf(due));
        }
      }
      at = run.end;
      if (run.records.length === 0) {
        const due = await checkpoints.at(at);
        if (due !== null) yield counted(lineOf(due));
      }
    }
  }
  yield counted(lineOf({ kind: 'checkpoint', size: end.size, note: end.note }));
  yield lineOf({ kind: 'end', lines: counter.lines, records: counter.records, size: end.size });
}

interface Run {
  readonly begin: number;
  readonly end: number;
  /** One for each leaf of the run, or none. */
  readonly records: readonly StoredRecord[];
}

/** Cuts a page into runs of leaves with records, at most `LEAVES_PER_LINE` of one tile each, and runs without. */
function runs(page: readonly StoredRecord[], begin: number, end: number): readonly Run[] {
  const found: Run[] = [];
  let at = begin;
  let from = 0;
  while (from < page.length) {
    const first = page[from]?.leafIndex ?? end;
    if (first > at) found.push({ begin: at, end: first, records: [] });
    const tileEnd = (Math.floor(first / LEAVES_PER_LINE) + 1) * LEAVES_PER_LINE;
    let to = from + 1;
    while (to < page.length && page[to]?.leafIndex === first + (to - from) && first + (to - from) < tileEnd) to += 1;
    at = first + (to - from);
    found.push({ begin: first, end: at, records: page.slice(from, to) });
    from = to;
  }
  if (at < end) found.push({ begin: at, end, records: [] });
  return found;
}

/** Walks the checkpoints of the log beside its records. */
class CheckpointWalk {
  private queue: { size: number; note: string }[] = [];
  private next: number;
  private exhausted = false;

  constructor(
    private readonly source: ExportSource,
    firstIndex: number,
  ) {
    this.next = firstIndex + 1;
  }

  /** The line of the checkpoint of this very size, if one was signed. */
  async at(size: number): Promise<CheckpointLine | null> {
    await this.skipTo(size);
    const [due] = this.queue;
    if (due?.size !== size) return null;
    this.queue.shift();
    return { kind: 'checkpoint', ...due };
  }

  /** Passes over all that are smaller. */
  async skipTo(size: number): Promise<void> {
    for (;;) {
      while (this.queue[0] !== undefined && this.queue[0].size < size) this.queue.shift();
      if (this.queue.length > 0 || this.exhausted) return;
      this.next = Math.max(this.next, size);
      this.queue = [...(await this.source.checkpoints(this.next, this.source.end.size, PAGE))];
      this.exhausted = this.queue.length < PAGE;
      this.next = (this.queue.at(-1)?.size ?? this.next) + 1;
    }
  }
}

function lineOf(line: ExportLine): string {
  return `${canonicalJson(line)}\n`;
}
