import { isEmbeddedUrl } from '#database';
import { pipeline } from 'node:stream/promises';
import copyStreams from 'pg-copy-streams';
import type { ClientBase } from 'pg';
import type { EntityManager } from 'typeorm';
import type { LogEntry } from '../../domain/log-entry.js';
import { retentionOf } from '../../domain/retention.js';
import { BinaryRows, type BinaryType, type BinaryValue } from './binary-rows.js';
import type { PoliciesByRealm } from './event-rows.js';

/** Rows of one statement where `COPY` cannot be had. */
const CHUNK = 1_000;
/** Rows that are sent at once: the server works on them while the next are written. */
const SLICE = 64;

/** A new row of `audit.events`. */
interface NewRow {
  readonly entry: LogEntry;
  readonly retention: string;
  readonly leafIndex: number | null;
}

/** Every column that is written, its type, and its value. */
const COLUMNS: readonly (readonly [name: string, type: BinaryType, value: (row: NewRow) => BinaryValue])[] = [
  ['retention', 'text', ({ retention }) => retention],
  ['id', 'uuid', ({ entry }) => entry.id],
  ['realm_id', 'uuid', ({ entry }) => entry.realmId],
  ['type', 'text', ({ entry }) => entry.type],
  ['outcome', 'text', ({ entry }) => entry.outcome],
  ['actor_id', 'text', ({ entry }) => entry.actorId],
  ['client_id', 'text', ({ entry }) => entry.clientId],
  ['subject_id', 'text', ({ entry }) => entry.subjectId],
  ['target_id', 'text', ({ entry }) => entry.targetId],
  ['jti', 'text', ({ entry }) => entry.jti],
  ['ip', 'text', ({ entry }) => entry.ip],
  ['event', 'text', ({ entry }) => entry.event],
  ['personal', 'text', ({ entry }) => entry.personal],
  ['leaf_index', 'bigint', ({ leafIndex }) => leafIndex],
  ['leaf_hash', 'bytea', ({ entry }) => entry.leaf.leafHash],
  ['personal_hash', 'bytea', ({ entry }) => entry.leaf.personalHash],
  ['personal_salt', 'bytea', ({ entry }) => entry.leaf.salt],
];

const NAMES = COLUMNS.map(([name]) => name).join(', ');
const TYPES = COLUMNS.map(([, type]) => type);
const COPY = `COPY audit.events (${NAMES}) FROM STDIN (FORMAT binary)`;
/** One array for each column keeps the statement the same for any number of rows, and cheap to build and to parse. */
const INSERT = `INSERT INTO audit.events (${NAMES})
  SELECT * FROM unnest(${TYPES.map((type, index) => `$${String(index + 1)}::${type}[]`).join(', ')})`;

/** Inserts entries that the log does not hold: by `COPY`, which the embedded database does not offer over its socket. */
export async function insertEntries(
  manager: EntityManager,
  entries: readonly LogEntry[],
  policies: PoliciesByRealm,
  leafIndexes: ReadonlyMap<string, number>,
): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map((entry) => ({
    entry,
    retention: retentionOf(policies.get(entry.realmId) ?? [], entry),
    leafIndex: leafIndexes.get(entry.id) ?? null,
  }));
  const { options } = manager.connection;
  if ('url' in options && isEmbeddedUrl(String(options.url))) await insertArrays(manager, rows);
  else await copy(manager, rows);
}

async function insertArrays(manager: EntityManager, rows: readonly NewRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += CHUNK) {
    const chunk = rows.slice(start, start + CHUNK);
    await manager.query(
      INSERT,
      COLUMNS.map(([, , value]) => chunk.map((row) => sqlValue(value(row)))),
    );
  }
}

/** The driver knows bytes as `Buffer` only. */
function sqlValue(value: BinaryValue): unknown {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}

async function copy(manager: EntityManager, rows: readonly NewRow[]): Promise<void> {
  const client = (await manager.queryRunner?.connect()) as ClientBase | undefined;
  if (client === undefined) throw new Error('COPY needs the connection of a transaction');
  await pipeline(slices(rows), client.query(copyStreams.from(COPY)));
}

/** Each slice is made when the one before is on its way. */
function* slices(rows: readonly NewRow[]): Generator<Buffer> {
  const binary = new BinaryRows(TYPES);
  for (const [number, row] of rows.entries()) {
    binary.add(COLUMNS.map(([, , value]) => value(row)));
    if (number % SLICE === SLICE - 1) yield binary.take();
  }
  yield binary.end();
}
