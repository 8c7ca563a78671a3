import { toBase64 } from '../base64.js';

/** Names the form of an export; another form has another name. */
export const EXPORT_FORMAT = 'chancery-audit-export/1';

/** Longest line that is read, in bytes; events are limited to far less. */
export const LONGEST_LINE_BYTES = 8 * 1024 * 1024;

/** Most leaf hashes of one `leaves` line. */
export const LEAVES_PER_LINE = 256;

/** First line: which log this is, and what came before its first record. */
export interface HeaderLine {
  readonly kind: 'header';
  readonly format: typeof EXPORT_FORMAT;
  readonly origin: string;
  readonly realm_id: string;
  /** Index of the first leaf that the export tells of. */
  readonly first_index: number;
  /** Right edge of the tree of the `first_index` leaves before: base64, from the largest subtree to the smallest. */
  readonly compact_range: readonly string[];
}

/** The hashes of the next leaves as the tree has them, kept apart from the events. Their records follow. */
export interface LeavesLine {
  readonly kind: 'leaves';
  readonly first_index: number;
  /** 32 bytes for each leaf, one after the other, in base64; at most `LEAVES_PER_LINE` of them. */
  readonly hashes: string;
}

/** One record. Its leaf data are RFC 8785 of `{ event, personal_hash }`. */
export interface RecordLine {
  readonly kind: 'record';
  readonly leaf_index: number;
  readonly leaf_hash: string;
  readonly event: Readonly<Record<string, unknown>>;
  readonly personal_hash: string;
  /** Null when erased. `personal_hash` is `SHA-256(personal_salt ‖ RFC 8785 of personal)`. */
  readonly personal: Readonly<Record<string, unknown>> | null;
  /** Null when erased. */
  readonly personal_salt: string | null;
  /** Columns of the log that say otherwise than the event: it is searched by them, but they are not under the hash. */
  readonly misfiled?: readonly string[];
}

/** An event that stands in the log where its tree has no leaf. */
export interface StrayLine {
  readonly kind: 'stray';
  readonly event_id: string;
  readonly leaf_index: number;
}

/** Leaves whose records are past the time they are kept: the roots of the perfect subtrees that they make. */
export interface DroppedLine {
  readonly kind: 'dropped';
  readonly first_index: number;
  readonly count: number;
  readonly subtrees: readonly string[];
}

/** A signed checkpoint of the tree of all leaves before this line. */
export interface CheckpointLine {
  readonly kind: 'checkpoint';
  readonly size: number;
  /** The checkpoint as it was signed, C2SP tlog-checkpoint. */
  readonly note: string;
}

/** Last line: without it the export was cut off. */
export interface EndLine {
  readonly kind: 'end';
  /** Lines before this one. */
  readonly lines: number;
  readonly records: number;
  /** Size of the tree, of the last checkpoint therefore. */
  readonly size: number;
}

/** A line of an export. Each is written in the form of RFC 8785 and ends in a newline. */
export type ExportLine = HeaderLine | LeavesLine | RecordLine | DroppedLine | StrayLine | CheckpointLine | EndLine;

/** A record as the log keeps it; `event` and `personal` are texts in the form of RFC 8785. */
export interface StoredRecord {
  readonly leafIndex: number;
  readonly leafHash: Uint8Array;
  readonly event: string;
  readonly personalHash: Uint8Array;
  /** Null when erased. */
  readonly personal: string | null;
  /** Null when erased. */
  readonly salt: Uint8Array | null;
  /** Columns that say otherwise than the event; none is as good as absent. */
  readonly misfiled?: readonly string[];
}

/** An event that stands where the tree has no leaf: nothing that the log itself ever writes. */
export interface StrayRecord {
  readonly eventId: string;
  readonly leafIndex: number;
}

/** Writes a record's line from texts that are canonical already: nothing is parsed. */
export function recordLine(record: StoredRecord): string {
  const { event, leafHash, leafIndex, personal, personalHash, salt } = record;
  const encodedSalt = salt === null ? 'null' : `"${toBase64(salt)}"`;
  const misfiled = record.misfiled?.length ? `"misfiled":${JSON.stringify(record.misfiled)},` : '';
  return (
    `{"event":${event},"kind":"record","leaf_hash":"${toBase64(leafHash)}","leaf_index":${leafIndex},` +
    `${misfiled}"personal":${personal ?? 'null'},"personal_hash":"${toBase64(personalHash)}","personal_salt":${encodedSalt}}\n`
  );
}
