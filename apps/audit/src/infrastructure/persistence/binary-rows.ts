import { UnstorableEntryError } from '../../domain/audit-log.js';

/** What a column can hold, by the name of its type. */
export type BinaryType = 'text' | 'uuid' | 'bigint' | 'bytea';
export type BinaryValue = string | number | Uint8Array | null;

/** Signature, flags and the length of a header extension that there is none of. */
const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\u00ff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const TRAILER = Buffer.from([0xff, 0xff]);
/** The most bytes of UTF-8 for each UTF-16 unit. */
const MOST_BYTES = 3;
/** Of a field that is no text, with its length before it. */
const FIXED_BYTES = 48;

/**
 * Rows in the binary form of `COPY` (PostgreSQL's manual, "COPY", "Binary Format"): neither side writes or reads hashes, ids and
 * numbers as text, and nothing is escaped.
 */
export class BinaryRows {
  private buffer = Buffer.allocUnsafe(65_536);
  private length = HEADER.copy(this.buffer);

  constructor(private readonly types: readonly BinaryType[]) {}

  add(row: readonly BinaryValue[]): void {
    let most = 2;
    for (const value of row) most += FIXED_BYTES + (typeof value === 'string' ? MOST_BYTES * value.length : 0);
    this.ensure(most);
    this.length = this.buffer.writeInt16BE(row.length, this.length);
    for (const [column, value] of row.entries()) this.field(this.types[column], value);
  }

  /** Takes out what was added since the last time. */
  take(): Buffer {
    const taken = this.buffer.subarray(0, this.length);
    this.buffer = Buffer.allocUnsafe(this.buffer.length);
    this.length = 0;
    return taken;
  }

  /** Takes out the rest. */
  end(): Buffer {
    this.ensure(TRAILER.length);
    this.length += TRAILER.copy(this.buffer, this.length);
    return this.take();
  }

  private field(type: BinaryType | undefined, value: BinaryValue): void {
    const at = this.length + 4;
    if (value === null) {
      this.length = this.buffer.writeInt32BE(-1, this.length);
      return;
    }
    const written = write(this.buffer, at, type, value);
    this.buffer.writeInt32BE(written, this.length);
    this.length = at + written;
  }

  private ensure(more: number): void {
    if (this.length + more <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.length + more));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}

/** @returns how many bytes. @throws UnstorableEntryError for a value that is none of the type, as the server would. */
function write(buffer: Buffer, at: number, type: BinaryType | undefined, value: string | number | Uint8Array): number {
  if (type === 'text' && typeof value === 'string') return buffer.write(value, at, 'utf8');
  if (type === 'uuid' && typeof value === 'string') {
    const written = buffer.write(value.replaceAll('-', ''), at, 'hex');
    if (written === 16) return written;
  }
  if (type === 'bigint' && typeof value === 'number' && Number.isSafeInteger(value)) {
    return buffer.writeBigInt64BE(BigInt(value), at) - at;
  }
  if (type === 'bytea' && value instanceof Uint8Array && value.length <= FIXED_BYTES - 4) {
    buffer.set(value, at);
    return value.length;
  }
  throw new UnstorableEntryError(new TypeError(`no ${type ?? 'column'}: ${typeof value}`));
}
