import { toBase64 } from '../base64.js';
import { canonicalJson } from '../leaf/canonical-json.js';
import {
  EXPORT_FORMAT,
  LEAVES_PER_LINE,
  recordLine,
  type ExportLine,
  type StoredRecord,
  type StrayRecord,
} from './lines.js';

/** A signed checkpoint of the log. */
export interface SignedCheckpoint {
  readonly size: number;
  readonly note: string;
}

/** One log as an export reads it. Nothing that it tells changes while it is read: the tree grows behind `end.size`. */
export interface ExportSource {
  readonly origin: string;
  readonly realmId: string;
  /** The checkpoint that the export ends in. */
  readonly end: SignedCheckpoint;
  /** Hashes of the leaves `begin` (inclusive) to `end` (exclusive) as the tree has them; fewer only where one is missing in it. */
  leafHashes(begin: number, end: number): Promise<readonly Uint8Array[]>;
  /** Roots of the perfect subtrees that the leaves of a range make. */
  subtreeHashes(begin: number, end: number): Promise<readonly Uint8Array[]>;
  /** The first `limit` records there are from a leaf on, below `end`, in the order of their leaves. */
  records(begin: number, end: number, limit: number): Promise<readonly StoredRecord[]>;
  /** The checkpoints of sizes from `begin` (inclusive) to `end` (exclusive), smallest first. */
  checkpoints(begin: number, end: number): Promise<readonly SignedCheckpoint[]>;
  /** Some of the events that stand where the tree, as it is now, has no leaf; there are none unless somebody put them there. */
  strays(): Promise<readonly StrayRecord[]>;
}

/** Where an export stands: all that is needed to go on with it, anywhere. */
export interface ExportCursor {
  /** Size of the tree that it ends in. */
  readonly size: number;
  /** Index of the next leaf. */
  readonly at: number;
  readonly lines: number;
  readonly records: number;
}

/** Some lines of an export, each with its newline. */
export interface ExportPage {
  readonly lines: readonly string[];
  /** Null after the last line. */
  readonly next: ExportCursor | null;
}

/** How much is read at a time, and so held in memory. */
export interface ExportPageLimits {
  readonly records: number;
  /** Of the records' texts; one record is written in any case. */
  readonly bytes: number;
}

const LIMITS: ExportPageLimits = { records: 1_024, bytes: 4 * 1024 * 1024 };

/**
 * Begins an export.
 *
 * @param firstIndex the leaf to begin with: 0, or where another export ended.
 * @throws RangeError when the checkpoint does not reach so far.
 */
export function beginExport({ end }: ExportSource, firstIndex = 0): ExportCursor {
  if (!Number.isSafeInteger(firstIndex) || firstIndex < 0 || firstIndex > end.size) {
    throw new RangeError(`the checkpoint is of ${end.size} leaves: there is none to begin with at ${firstIndex}`);
  }
  return { size: end.size, at: firstIndex, lines: 0, records: 0 };
}

/** Writes the next lines of an export; `source.end` has the size that the cursor names. */
export async function writeExportPage(
  source: ExportSource,
  cursor: ExportCursor,
  limits: ExportPageLimits = LIMITS,
): Promise<ExportPage> {
  const { end } = source;
  if (end.size !== cursor.size) throw new RangeError('an export ends in the checkpoint that it began with');
  const lines: string[] = [];
  let { at, records } = cursor;
  if (cursor.lines === 0) lines.push(await headerLine(source, at));
  if (at < end.size) {
    const found = await source.records(at, end.size, limits.records);
    const page = found.slice(0, fitting(found, limits.bytes));
    const isLast = page.length === found.length && found.length < limits.records;
    for (const run of runs(page, at, isLast ? end.size : (page.at(-1)?.leafIndex ?? at) + 1)) {
      lines.push(...(await runLines(source, run)));
      at = run.end;
    }
    records += page.length;
  }
  if (at < end.size) {
    return { lines, next: { size: end.size, at, lines: cursor.lines + lines.length, records } };
  }
  for (const { eventId, leafIndex } of await source.strays()) {
    lines.push(lineOf({ kind: 'stray', event_id: eventId, leaf_index: leafIndex }));
  }
  const written = cursor.lines + lines.length;
  lines.push(lineOf({ kind: 'checkpoint', ...end }));
  lines.push(lineOf({ kind: 'end', lines: written + 1, records, size: end.size }));
  return { lines, next: null };
}

/** Writes a whole export, line by line, in constant memory. @throws RangeError as `beginExport` does. */
export async function* writeExport(source: ExportSource, firstIndex = 0): AsyncGenerator<string, void, undefined> {
  let cursor: ExportCursor | null = beginExport(source, firstIndex);
  while (cursor !== null) {
    const page: ExportPage = await writeExportPage(source, cursor);
    yield* page.lines;
    cursor = page.next;
  }
}

async function headerLine(source: ExportSource, firstIndex: number): Promise<string> {
  const { origin, realmId } = source;
  const compactRange = (await source.subtreeHashes(0, firstIndex)).map(toBase64);
  return lineOf({
    kind: 'header',
    format: EXPORT_FORMAT,
    origin,
    realm_id: realmId,
    first_index: firstIndex,
    compact_range: compactRange,
  });
}

interface Run {
  readonly begin: number;
  readonly end: number;
  /** One for each leaf of the run, or none. */
  readonly records: readonly StoredRecord[];
}

async function runLines(source: ExportSource, { begin, end, records }: Run): Promise<string[]> {
  if (records.length === 0) {
    const subtrees = (await source.subtreeHashes(begin, end)).map(toBase64);
    // Checkpoints within what was dropped say nothing that could be checked here.
    const due = await source.checkpoints(end, Math.min(end + 1, source.end.size));
    return [lineOf({ kind: 'dropped', first_index: begin, count: end - begin, subtrees }), ...due.map(checkpointLine)];
  }
  const hashes = await source.leafHashes(begin, end);
  const checkpoints = await source.checkpoints(begin + 1, Math.min(end + 1, source.end.size));
  const due = new Map(checkpoints.map((checkpoint) => [checkpoint.size, checkpointLine(checkpoint)]));
  // The record whose hash is missing is then named by who verifies.
  const lines =
    hashes.length === 0
      ? []
      : [lineOf({ kind: 'leaves', first_index: begin, hashes: toBase64(Buffer.concat([...hashes])) })];
  for (const record of records) {
    lines.push(recordLine(record));
    const checkpoint = due.get(record.leafIndex + 1);
    if (checkpoint !== undefined) lines.push(checkpoint);
  }
  return lines;
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

/** How many of the records fit; at least one. */
function fitting(records: readonly StoredRecord[], bytes: number): number {
  let held = 0;
  for (const [at, { event, personal }] of records.entries()) {
    held += event.length + (personal?.length ?? 0);
    if (held > bytes && at > 0) return at;
  }
  return records.length;
}

function checkpointLine({ size, note }: SignedCheckpoint): string {
  return lineOf({ kind: 'checkpoint', size, note });
}

function lineOf(line: ExportLine): string {
  return `${canonicalJson(line)}\n`;
}
