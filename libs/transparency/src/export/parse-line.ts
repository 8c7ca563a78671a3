import { fromBase64, hashFromBase64 } from '../base64.js';
import { canonicalJson, parseCanonicalJson } from '../leaf/canonical-json.js';
import { isObject, type JsonObject } from '../leaf/json.js';
import { SALT_BYTES } from '../leaf/event-leaf.js';
import { HASH_BYTES } from '../tree/hashes.js';
import { isTreeSize } from '../tree/ranges.js';
import {
  EXPORT_FORMAT,
  LEAVES_PER_LINE,
  recordLine,
  type CheckpointLine,
  type EndLine,
  type StoredRecord,
  type StrayLine,
} from './lines.js';

/** A line, decoded; every number a size or an index, every hash 32 bytes. */
export type DecodedLine =
  | {
      readonly kind: 'header';
      readonly origin: string;
      readonly realmId: string;
      readonly firstIndex: number;
      readonly compactRange: readonly Uint8Array[];
    }
  | { readonly kind: 'leaves'; readonly firstIndex: number; readonly hashes: readonly Uint8Array[] }
  | DecodedRecord
  | {
      readonly kind: 'dropped';
      readonly firstIndex: number;
      readonly count: number;
      readonly subtrees: readonly Uint8Array[];
    }
  | StrayLine
  | CheckpointLine
  | EndLine;

/** A record line, decoded. */
export interface DecodedRecord {
  readonly kind: 'record';
  readonly stored: StoredRecord;
  readonly event: JsonObject;
  /** Whether the line is the one text that this record has; the meaning of a text in another form is anybody's guess. */
  readonly isCanonical: boolean;
}

/** Decodes a line; null when it is none of an export. */
export function parseLine(text: string): DecodedLine | null {
  // Records are by far the most lines: they are made canonical once, not twice.
  if (text.startsWith('{"event":')) return parseRecord(text);
  const value = parseCanonicalJson(text);
  if (!isObject(value)) return null;
  const { kind } = value;
  if (kind === 'header') return parseHeader(value);
  if (kind === 'leaves') return parseLeaves(value);
  if (kind === 'dropped') return parseDropped(value);
  if (kind === 'stray' && hasMembers(value, ['kind', 'event_id', 'leaf_index'])) {
    const { event_id, leaf_index } = value;
    return typeof event_id === 'string' && typeof leaf_index === 'number' ? { kind, event_id, leaf_index } : null;
  }
  if (kind === 'checkpoint' && hasMembers(value, ['kind', 'size', 'note'])) {
    const { size, note } = value;
    return isSize(size) && typeof note === 'string' ? { kind, size, note } : null;
  }
  if (kind === 'end' && hasMembers(value, ['kind', 'lines', 'records', 'size'])) {
    const { lines, records, size } = value;
    return isSize(lines) && isSize(records) && isSize(size) ? { kind, lines, records, size } : null;
  }
  return null;
}

function parseRecord(text: string): DecodedRecord | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || value['kind'] !== 'record') return null;
    const { leaf_index, event, personal, personal_salt } = value;
    const leafHash = hashOf(value['leaf_hash']);
    const personalHash = hashOf(value['personal_hash']);
    if (!isSize(leaf_index) || leafHash === null || personalHash === null || !isObject(event)) return null;
    const erased = personal === null && personal_salt === null;
    const salt = typeof personal_salt === 'string' ? fromBase64(personal_salt) : null;
    if (!erased && (!isObject(personal) || salt === null || salt.length < SALT_BYTES)) return null;
    const stored: StoredRecord = {
      leafIndex: leaf_index,
      leafHash,
      event: canonicalJson(event),
      personalHash,
      personal: erased ? null : canonicalJson(personal),
      salt,
      misfiled: namesOf(value['misfiled']),
    };
    return { kind: 'record', stored, event, isCanonical: recordLine(stored) === `${text}\n` };
  } catch {
    return null;
  }
}

/** What is no list of names leaves the line without the form that it would have with it. */
function namesOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

function parseHeader(value: JsonObject): DecodedLine | null {
  const { format, origin, realm_id, first_index, compact_range } = value;
  if (!hasMembers(value, ['kind', 'format', 'origin', 'realm_id', 'first_index', 'compact_range'])) return null;
  const compactRange = hashesOf(compact_range);
  if (format !== EXPORT_FORMAT || typeof origin !== 'string' || typeof realm_id !== 'string') return null;
  if (!isSize(first_index) || compactRange === null) return null;
  return { kind: 'header', origin, realmId: realm_id, firstIndex: first_index, compactRange };
}

function parseLeaves(value: JsonObject): DecodedLine | null {
  const { first_index, hashes } = value;
  if (!hasMembers(value, ['kind', 'first_index', 'hashes']) || !isSize(first_index)) return null;
  const bytes = typeof hashes === 'string' ? fromBase64(hashes) : null;
  const count = (bytes?.length ?? 0) / HASH_BYTES;
  if (bytes === null || !Number.isInteger(count) || count < 1 || count > LEAVES_PER_LINE) return null;
  return {
    kind: 'leaves',
    firstIndex: first_index,
    hashes: Array.from({ length: count }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)),
  };
}

function parseDropped(value: JsonObject): DecodedLine | null {
  const { first_index, count } = value;
  if (!hasMembers(value, ['kind', 'first_index', 'count', 'subtrees'])) return null;
  const subtrees = hashesOf(value['subtrees']);
  if (!isSize(first_index) || !isSize(count) || subtrees === null) return null;
  return { kind: 'dropped', firstIndex: first_index, count, subtrees };
}

function hasMembers(value: JsonObject, names: readonly string[]): boolean {
  return Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && isTreeSize(value);
}

function hashOf(value: unknown): Uint8Array | null {
  return typeof value === 'string' ? hashFromBase64(value) : null;
}

function hashesOf(value: unknown): readonly Uint8Array[] | null {
  if (!Array.isArray(value)) return null;
  const hashes = value.map(hashOf).filter((hash) => hash !== null);
  return hashes.length === value.length ? hashes : null;
}
