/** The parts of PostgreSQL's frontend/backend protocol (version 3) that the embedded server speaks itself. */

const PROTOCOL_3 = 196_608;
const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const CANCEL_REQUEST = 80_877_102;

/** The largest message taken; far above any row of this product, far below the session's memory. */
const MAX_MESSAGE_BYTES = 64 * 1_024 * 1_024;

/** A complete message: `type` is its letter, or what kind of start-up packet it is. */
export interface FrontendMessage {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Cuts a byte stream into messages, however it was split on the way. */
export class MessageReader {
  private buffered: Buffer = Buffer.alloc(0);
  private started = false;

  /** @throws Error for what is no PostgreSQL client. */
  push(chunk: Buffer): readonly FrontendMessage[] {
    this.buffered = this.buffered.length === 0 ? chunk : Buffer.concat([this.buffered, chunk]);
    const messages: FrontendMessage[] = [];
    for (let message = this.next(); message !== undefined; message = this.next()) messages.push(message);
    return messages;
  }

  private next(): FrontendMessage | undefined {
    const typeBytes = this.started ? 1 : 0;
    if (this.buffered.length < typeBytes + 4) return undefined;
    const length = typeBytes + this.buffered.readInt32BE(typeBytes);
    if (length < typeBytes + 4 || length > MAX_MESSAGE_BYTES) throw new Error('not a PostgreSQL client');
    if (this.buffered.length < length) return undefined;
    const bytes = this.buffered.subarray(0, length);
    this.buffered = this.buffered.subarray(length);
    if (this.started) return { type: String.fromCharCode(bytes[0] ?? 0), bytes };
    const type = startUpType(bytes);
    this.started = type === 'startup';
    return { type, bytes };
  }
}

function startUpType(bytes: Buffer): string {
  const code = bytes.length >= 8 ? bytes.readInt32BE(4) : 0;
  if (code === PROTOCOL_3) return 'startup';
  if (code === SSL_REQUEST || code === GSS_REQUEST) return 'encryption';
  if (code === CANCEL_REQUEST) return 'cancel';
  throw new Error('not a PostgreSQL client');
}

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const text = (value: string): Buffer => Buffer.from(`${value}\0`, 'utf8');

function int32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeInt32BE(value, index * 4));
  return bytes;
}

/** The answer to a start-up: signed in (the socket's folder is the guard), the session's facts, ready. */
export function greeting(facts: Readonly<Record<string, string>>, connectionId: number): Buffer {
  return Buffer.concat([
    message('R', int32(0)),
    ...Object.entries(facts).map(([name, value]) => message('S', text(name), text(value))),
    message('K', int32(connectionId, 0)),
    message('Z', Buffer.from('I')),
  ]);
}

/** A fatal error, after which the connection is closed. */
export function fatal(sqlState: string, reason: string): Buffer {
  const field = (letter: string, value: string): Buffer => Buffer.concat([Buffer.from(letter), text(value)]);
  return message(
    'E',
    field('S', 'FATAL'),
    field('V', 'FATAL'),
    field('C', sqlState),
    field('M', reason),
    Buffer.from([0]),
  );
}

/** A simple query. */
export function simpleQuery(sql: string): Buffer {
  return message('Q', text(sql));
}

/** `Sync`: ends a batch of the extended protocol. */
export const SYNC = message('S');
