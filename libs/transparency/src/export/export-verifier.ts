// Rests on the hash functions, the right edge of the tree and the signatures; on nothing that reads the log or writes exports.
import { leafData, hashPersonal } from '../leaf/event-leaf.js';
import { openCheckpoint, type Checkpoint } from '../note/checkpoint.js';
import { type VerifierKey } from '../note/verifier-key.js';
import { CompactRange } from '../tree/compact-range.js';
import { leafHash, sameHash } from '../tree/hashes.js';
import { subtreesOf } from '../tree/ranges.js';
import { DropLedger } from './drops.js';
import { ErasureLedger, type Place } from './erasures.js';
import { KeptCheckpoints, type KeptCheckpoint } from './kept-checkpoints.js';
import { parseLine, type DecodedLine, type DecodedRecord } from './parse-line.js';
import { ExportProblemError, type ProblemKind } from './problem.js';
import { type ExportReport } from './report.js';
import { type StrayLine } from './lines.js';

/** The realm id that events of no known realm are kept under (RFC 9562 §5.9). */
const NIL_UUID = '00000000-0000-0000-0000-000000000000';

type Decoded<K extends DecodedLine['kind']> = Extract<DecodedLine, { kind: K }>;

/** Takes the lines of an export one by one, in constant memory, and stops at the first that is wrong. */
export class ExportVerifier {
  private tree: CompactRange | null = null;
  private header: Decoded<'header'> | null = null;
  private leaves: { first: number; hashes: readonly Uint8Array[] } = { first: 0, hashes: [] };
  private lastSigned: Checkpoint | null = null;
  private lastId: string | null = null;
  private ended = false;
  private stray: (StrayLine & { readonly line: number }) | null = null;
  private line = 0;
  private readonly count = { records: 0, checkpoints: 0 };
  private readonly drops = new DropLedger();
  private readonly erasures = new ErasureLedger();
  private readonly kept: KeptCheckpoints;

  /** @param kept checkpoints that the caller kept, all of which must be a part of this log. */
  constructor(
    private readonly keys: readonly VerifierKey[],
    kept: readonly KeptCheckpoint[] = [],
  ) {
    this.kept = new KeptCheckpoints(kept, keys);
  }

  /** Takes the next line, without its newline. @throws ExportProblemError for the first thing that is wrong. */
  accept(text: string): void {
    this.line += 1;
    if (this.ended) this.fail('malformed', 'something follows the end of the export');
    const line = parseLine(text);
    if (line === null) {
      if (this.tree !== null && text.includes('"kind":"record"')) {
        this.fail('altered', `record ${this.next} was altered: its line is malformed`);
      }
      this.fail('malformed', 'this is no line of an export');
    }
    if ((line.kind === 'header') !== (this.tree === null)) {
      this.fail('malformed', line.kind === 'header' ? 'a second header' : 'the export does not begin with its header');
    }
    switch (line.kind) {
      case 'header':
        return this.begin(line);
      case 'leaves':
        return this.takeLeaves(line);
      case 'record':
        return this.takeRecord(line);
      case 'dropped':
        return this.takeDropped(line);
      case 'stray':
        this.stray ??= { ...line, line: this.line };
        return;
      case 'checkpoint':
        return this.takeCheckpoint(line);
      case 'end':
        return this.end(line);
    }
  }

  /** Says that the stream broke within a line, or holds one that is too long or no text. @throws ExportProblemError */
  refuse(kind: ProblemKind, message: string): never {
    this.line += 1;
    return this.fail(kind, message);
  }

  /** Says that there are no more lines. @throws ExportProblemError when the end is missing or does not account for all. */
  finish(): ExportReport {
    if (!this.ended || this.header === null) {
      this.line += 1;
      this.fail('cut_off', 'the export is cut off: its last line is missing');
    }
    const notes: string[] = [];
    this.accountForAbsence();
    if (this.drops.overflowed) notes.push('more ranges of dropped records than could be accounted for');
    if (this.erasures.overflowed) notes.push('more erasures than could be accounted for');
    const kept = this.kept.finish(this.lastSigned);
    if (kept.fault !== null) this.fail('history', kept.fault);
    notes.push(...kept.notes);
    return {
      origin: this.header.origin,
      firstIndex: this.header.firstIndex,
      size: this.next,
      dropped: this.drops.count,
      erased: this.erasures.count,
      notes,
      ...this.count,
    };
  }

  private begin(header: Decoded<'header'>): void {
    if (!this.keys.some(({ name }) => name === header.origin)) {
      this.fail('checkpoint', `the export is of the log ${header.origin}; the key is not that log's`);
    }
    try {
      this.tree = CompactRange.of(header.firstIndex, header.compactRange);
    } catch {
      this.fail('malformed', 'the header has not the right edge of a tree of that size');
    }
    this.header = header;
    this.reached();
  }

  private takeLeaves({ firstIndex, hashes }: Decoded<'leaves'>): void {
    this.expectNoneOutstanding();
    if (firstIndex !== this.next) this.misplaced(firstIndex);
    this.leaves = { first: firstIndex, hashes };
  }

  private takeRecord({ stored, event, isCanonical }: DecodedRecord): void {
    const { next } = this;
    const id = typeof event['id'] === 'string' ? event['id'] : null;
    const { leafIndex, personal, salt, personalHash } = stored;
    const hash = leafHash(leafData(stored.event, personalHash));
    const ahead = this.leaves.hashes.slice(next - this.leaves.first);
    const [inTree] = ahead;
    const isInPlace = inTree !== undefined && sameHash(hash, inTree);
    if (leafIndex !== next && !isInPlace) this.misplaced(leafIndex, id);
    if (inTree === undefined) this.fail('malformed', 'the hashes of the leaves are missing before this record', id);
    if (!isInPlace && sameHash(hash, stored.leafHash)) {
      const place = ahead.findIndex((other) => sameHash(other, hash));
      if (place > 0) this.fail('missing', `record ${next} is missing: record ${next + place} stands in its place`, id);
      this.fail('altered', `record ${next} is not the one in the tree: altered with its leaf_hash, or inserted`, id);
    }
    if (!isInPlace) this.fail('altered', `record ${next} was altered: its hash is not that of its leaf`, id);
    if (leafIndex !== next) this.fail('altered', `record ${next} was altered: its leaf_index says ${leafIndex}`, id);
    if (!sameHash(hash, stored.leafHash))
      this.fail('altered', `record ${next} was altered: its leaf_hash is another`, id);
    if (personal !== null && salt !== null && !sameHash(hashPersonal(salt, personal), personalHash)) {
      this.fail('altered', `record ${next} was altered: its personal data are not those that were logged`, id);
    }
    if (!isCanonical) this.fail('altered', `record ${next} was altered: its line is not in canonical form`, id);
    if ((event['realm_id'] ?? NIL_UUID) !== this.header?.realmId) {
      this.fail('unexpected', `record ${next} belongs to another realm`, id);
    }
    if (stored.misfiled?.length) {
      const columns = stored.misfiled.join(', ');
      this.fail(
        'altered',
        `record ${next} was altered where it is searched by: the event says otherwise: ${columns}`,
        id,
      );
    }
    this.tree?.append(hash);
    this.count.records += 1;
    this.lastId = id;
    this.drops.tombstone(event, next);
    this.erasures.tombstone(event, next);
    if (personal === null) this.erasures.erasedRecord(event, { leafIndex: next, line: this.line, eventId: id });
    this.reached();
  }

  private takeDropped({ firstIndex, count, subtrees }: Decoded<'dropped'>): void {
    this.expectNoneOutstanding();
    if (firstIndex !== this.next) this.misplaced(firstIndex);
    const end = firstIndex + count;
    const parts = Number.isSafeInteger(end) ? subtreesOf({ begin: firstIndex, end }) : [];
    if (count === 0 || parts.length !== subtrees.length) {
      this.fail('malformed', 'the hashes for the dropped records are not those of their subtrees');
    }
    parts.forEach(({ level }, at) => {
      const root = subtrees[at];
      if (root !== undefined) this.tree?.appendSubtree(level, root);
    });
    this.drops.droppedRange({ begin: firstIndex, end }, this.line);
    this.reached();
  }

  private takeCheckpoint({ size, note }: Decoded<'checkpoint'>): void {
    const checkpoint = this.opened(note);
    if (checkpoint.origin !== this.header?.origin) this.fail('checkpoint', 'the checkpoint is of another log');
    if (checkpoint.size !== size) this.fail('checkpoint', 'the checkpoint is of another size than its line says');
    if (size !== this.next) this.misplaced(size);
    if (size === this.lastSigned?.size) this.fail('malformed', 'the checkpoint stands twice');
    // Without a signature before it, even the right edge in the header may be wrong.
    const sound = this.lastSigned?.size ?? 0;
    if (this.tree === null || !sameHash(this.tree.root(), checkpoint.rootHash)) {
      throw new ExportProblemError({
        kind: 'history',
        line: this.line,
        firstIndex: sound,
        lastIndex: size - 1,
        eventId: null,
        message:
          `the records up to ${size - 1} are not those that were signed: the first one that was altered, dropped, ` +
          `inserted or moved is one of ${sound} to ${size - 1}`,
      });
    }
    this.count.checkpoints += 1;
    this.lastSigned = checkpoint;
  }

  private end({ lines, records, size }: Decoded<'end'>): void {
    this.expectNoneOutstanding();
    if (size !== this.next) this.misplaced(size);
    if (this.lastSigned?.size !== size) this.fail('malformed', 'the export does not end in a checkpoint');
    if (records !== this.count.records || lines !== this.line - 1) {
      this.fail('malformed', `the export says that it has ${lines} lines before its end; it has ${this.line - 1}`);
    }
    this.ended = true;
  }

  /** What is not there has to have been taken away lawfully: a record tells of it. */
  private accountForAbsence(): void {
    const untold = this.drops.firstUntold();
    const unaccounted = this.erasures.firstUnaccounted();
    if (untold !== null && (unaccounted === null || untold.leafIndex < unaccounted.leafIndex)) {
      this.failAt(
        'missing',
        { ...untold, eventId: null },
        `record ${untold.leafIndex} is missing, and no record tells why`,
      );
    }
    if (unaccounted !== null) {
      const message = `record ${unaccounted.leafIndex} is without its personal data, and no later record tells of an erasure`;
      this.failAt('unaccounted', unaccounted, message);
    }
    if (this.stray === null) return;
    const { leaf_index: leafIndex, event_id: eventId, line } = this.stray;
    const where = `at ${leafIndex}, where its tree has no leaf`;
    this.failAt(
      'unexpected',
      { leafIndex, line, eventId },
      `an event stands in the log ${where}: inserted, or moved there`,
    );
  }

  /** Index of the next leaf. */
  private get next(): number {
    return this.tree?.size ?? 0;
  }

  /** A size was reached: the moment to compare it with a checkpoint that was kept. */
  private reached(): void {
    if (this.tree === null || this.header === null) return;
    const message = this.kept.compare(this.tree, this.header.origin);
    if (message !== null) this.fail('history', message);
  }

  private opened(note: string): Checkpoint {
    try {
      return openCheckpoint(note, this.keys);
    } catch (error) {
      return this.fail(
        'checkpoint',
        `the checkpoint does not hold: ${error instanceof Error ? error.message : 'unreadable'}`,
      );
    }
  }

  private expectNoneOutstanding(): void {
    if (this.next < this.leaves.first + this.leaves.hashes.length) {
      this.fail('missing', `record ${this.next} is missing${this.after()}`);
    }
  }

  private misplaced(index: number, id: string | null = null): never {
    if (index > this.next)
      this.fail('missing', `record ${this.next} is missing${this.after()}: ${index} comes next`, id);
    return this.fail(
      'unexpected',
      `${index} stands where ${this.next} belongs: inserted, repeated or out of order`,
      id,
    );
  }

  private after(): string {
    return this.lastId === null ? '' : ` (after the one with id ${this.lastId})`;
  }

  private fail(kind: ProblemKind, message: string, eventId: string | null = null): never {
    throw new ExportProblemError({ ...this.place(), kind, line: this.line, eventId, message });
  }

  private failAt(kind: ProblemKind, { leafIndex, line, eventId }: Place, message: string): never {
    throw new ExportProblemError({ kind, line, firstIndex: leafIndex, lastIndex: leafIndex, eventId, message });
  }

  private place(): { readonly firstIndex: number | null; readonly lastIndex: number | null } {
    const place = this.tree === null ? null : this.next;
    return { firstIndex: place, lastIndex: place };
  }
}
