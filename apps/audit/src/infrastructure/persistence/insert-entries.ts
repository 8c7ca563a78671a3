import { isEmbeddedUrl } from '#database';
import copyStreams from 'pg-copy-streams';
import type { ClientBase } from 'pg';
import type { EntityManager } from 'typeorm';
import type { LogEntry } from '../../domain/log-entry.js';
import { retentionOf } from '../../domain/retention.js';
import type { PoliciesByRealm } from './event-rows.js';
import type { Leaf } from './leaf-numbering.js';

/** Rows of one statement where `COPY` cannot be had. */
const CHUNK = 1_000;

/** A new row of `audit.events`. */
interface NewRow {
  readonly entry: LogEntry;
  readonly retention: string;
  readonly leaf: Leaf | undefined;
}

const hex = (bytes: Buffer | null | undefined): string | null =>
  bytes === null || bytes === undefined ? null : `\\x${bytes.toString('hex')}`;

/** Every column that is written, its type, and its value in PostgreSQL's text form. */
const COLUMNS: readonly (readonly [name: string, type: string, value: (row: NewRow) => string | null])[] = [
  ['retention', 'text', ({ retention }) => retention],
  ['id', 'uuid', ({ entry }) => entry.id],
  ['realm_id', 'uuid', ({ entry }) => entry.realmId],
  ['type', 'text', ({ entry }) => entry.type],
  ['outcome', 'text', ({ entry }) => entry.outcome],
  ['actor_id', 'text', ({ entry }) => entry.actorId],
  ['client_id', 'text', ({ entry }) => entry.clientId],
  ['subject_id', 'text', ({ entry }) => entry.subjectId],
  ['jti', 'text', ({ entry }) => entry.jti],
  ['ip', 'text', ({ entry }) => entry.ip],
  ['event', 'text', ({ entry }) => entry.event],
  ['personal', 'text', ({ entry }) => entry.personal],
  ['leaf_index', 'bigint', ({ leaf }) => leaf?.index ?? null],
  ['leaf_hash', 'bytea', ({ leaf }) => hex(leaf?.hash)],
  ['personal_hash', 'bytea', ({ leaf }) => hex(leaf?.personalHash)],
  ['personal_salt', 'bytea', ({ leaf }) => hex(leaf?.personalSalt)],
];

const NAMES = COLUMNS.map(([name]) => name).join(', ');
const COPY = `COPY audit.events (${NAMES}) FROM STDIN`;
/** One array for each column keeps the statement the same for any number of rows, and cheap to build and to parse. */
const INSERT = `INSERT INTO audit.events (${NAMES})
  SELECT * FROM unnest(${COLUMNS.map(([, type], index) => `$${String(index + 1)}::${type}[]`).join(', ')})`;

/** Inserts entries that the log does not hold: by `COPY`, which the embedded database does not offer over its socket. */
export async function insertEntries(
  manager: EntityManager,
  entries: readonly LogEntry[],
  policies: PoliciesByRealm,
  leaves: ReadonlyMap<string, Leaf>,
): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map((entry) => ({
    entry,
    retention: retentionOf(policies.get(entry.realmId) ?? [], entry),
    leaf: leaves.get(entry.id),
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
      COLUMNS.map(([, , value]) => chunk.map(value)),
    );
  }
}

async function copy(manager: EntityManager, rows: readonly NewRow[]): Promise<void> {
  const client = (await manager.queryRunner?.connect()) as ClientBase | undefined;
  if (client === undefined) throw new Error('COPY needs the connection of a transaction');
  const stream = client.query(copyStreams.from(COPY));
  await new Promise<void>((resolve, reject) => {
    stream.once('finish', resolve);
    stream.once('error', reject);
    stream.end(copyText(rows));
  });
}

/** The text format of `COPY`: a line for each row, `\N` for null. */
function copyText(rows: readonly NewRow[]): string {
  let text = '';
  for (const row of rows) {
    let separator = '';
    for (const [, , value] of COLUMNS) {
      text += separator + field(value(row));
      separator = '\t';
    }
    text += '\n';
  }
  return text;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const SPECIAL = /[\\\n\r\t]/;

function field(value: string | null): string {
  if (value === null) return '\\N';
  return SPECIAL.test(value) ? value.replaceAll(/[\\\n\r\t]/g, (character) => ESCAPES[character] ?? '') : value;
}
