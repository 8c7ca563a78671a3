import { toBase64 } from '../base64.js';
import { canonicalJson } from '../leaf/canonical-json.js';
import { leafData } from '../leaf/event-leaf.js';
import { MemoryLog, newSigner } from './memory-log.js';
import { leafHash } from '../tree/hashes.js';
import type { ExportProblem } from '../export/problem.js';
import { type ExportVerdict, verifyExport, type VerifyExportOptions } from '../export/verify-export.js';
import { writeExport } from '../export/write-export.js';

/** The realm of the log. */
export const REALM = '0197c1f0-0000-7000-8000-00000000000a';
/** Who signs its checkpoints. */
export const signer = newSigner('chancery/audit/test');
/** The event at a place of the log. */
export const eventOf = (at: number): Record<string, unknown> => ({
  id: `event-${at}`,
  realm_id: REALM,
  subject_id: `user-${at % 7}`,
  actor: { id: null },
  target: null,
  type: 'token.issued',
});

/** A log of `size` events with checkpoints now and then. */
export function logOf(size: number, everyCheckpoint = 97): MemoryLog {
  const log = new MemoryLog(signer, REALM);
  for (let at = 0; at < size; at += 1) {
    log.add(eventOf(at));
    if (at % everyCheckpoint === everyCheckpoint - 1) log.sign();
  }
  log.sign();
  return log;
}

/** The lines of its export. */
export async function linesOf(log: MemoryLog, firstIndex = 0): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of writeExport(log, firstIndex)) lines.push(line);
  return lines;
}

/** What the verifier says of lines. */
export function verified(lines: readonly string[], options: Partial<VerifyExportOptions> = {}): Promise<ExportVerdict> {
  return verifyBytes(Buffer.from(lines.join('')), options);
}

/** In pieces of any size, as a stream comes. */
export function verifyBytes(bytes: Uint8Array, options: Partial<VerifyExportOptions> = {}, piece = 1_000) {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += piece) yield await Promise.resolve(bytes.subarray(at, at + piece));
  }
  return verifyExport(chunks(), { keys: [signer.verifier], ...options });
}

/** What is wrong with an export that is not sound. */
export function problemOf(verdict: ExportVerdict): ExportProblem {
  if (verdict.ok) throw new Error('the export was taken for sound');
  return verdict.problem;
}

/** A line, parsed. */
export type Json = Record<string, unknown>;
/** A line as an object. */
export const parsed = (line: string | undefined): Json => JSON.parse(line ?? '{}') as Json;
/** The leaf that a line is the record of. */
export const indexOfLine = (lines: readonly string[], line: number): number | null => {
  const { kind, leaf_index } = parsed(lines[line]);
  return kind === 'record' ? Number(leaf_index) : null;
};

/** A record with other members and the hash that goes with them. */
export function forgedRecord(line: string | undefined, members: Json): string {
  const record = parsed(line);
  const event = { ...(record['event'] as Json), ...members };
  const hash = Buffer.from(String(record['personal_hash']), 'base64');
  return `${canonicalJson({ ...record, event, leaf_hash: toBase64(leafHash(leafData(canonicalJson(event), hash))) })}\n`;
}

/** A leaves line with the hashes that the records of its place have; other lines as they are. */
export function withLeavesOf(line: string, lines: readonly string[]): string {
  const { kind, first_index, hashes } = parsed(line);
  if (kind !== 'leaves') return line;
  const [first, count] = [Number(first_index), Buffer.from(String(hashes), 'base64').length / 32];
  const records = lines
    .map(parsed)
    .filter((record) => record['kind'] === 'record')
    .slice(first, first + count);
  const bytes = Buffer.concat(records.map((record) => Buffer.from(String(record['leaf_hash']), 'base64')));
  return `${canonicalJson({ kind, first_index, hashes: toBase64(bytes) })}\n`;
}
