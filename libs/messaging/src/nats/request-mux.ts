import { AppError } from '#errors';
import { createInbox, MsgHdrsImpl, type Msg, type MsgHdrs } from '@nats-io/transport-node';
import { deadlines, type Deadline } from '../deadlines.js';
import type { MessageHeaders } from '../transport.js';
import { inboxPrefixOf, type NatsLink } from './nats-link.js';
import { deadlineNow } from '../deadline-clock.js';

/** The answer to a request. */
export interface RequestAnswer {
  readonly payload: Uint8Array;
  readonly headers: MessageHeaders;
}

const NO_HEADERS: MessageHeaders = {};
const LINE_BREAK = /[\r\n]/;

/**
 * All requests of one connection over one inbox subscription. The client library has the same, but with a timer and a race
 * of promises for each request, and without telling every request on a subject that permissions forbid it.
 */
export class RequestMux {
  private readonly inbox: string;
  private readonly pending = new Map<string, PendingRequest>();
  private lastToken = 0;

  constructor(
    private readonly link: NatsLink,
    name: string,
  ) {
    this.inbox = `${createInbox(inboxPrefixOf(name))}.`;
  }

  /** Opens the inbox. @throws AppError `unavailable` when the server does not allow it. */
  async open(): Promise<void> {
    const subscription = this.link.connection.subscribe(`${this.inbox}*`, {
      callback: (error, message) => {
        if (error === null) this.receive(message);
      },
    });
    await this.link.flush();
    if (subscription.isClosed()) throw new AppError('unavailable', { reason: `bus_forbidden ${this.inbox}*` });
  }

  /** How many requests wait for their answer. */
  get size(): number {
    return this.pending.size;
  }

  request(subject: string, payload: Uint8Array, headers: MessageHeaders, timeoutMs: number): Promise<RequestAnswer> {
    // The client would buffer it and send it when nobody waits any more.
    if (!this.link.connected) return Promise.reject(new AppError('unavailable', { reason: 'bus_disconnected' }));
    const token = (++this.lastToken).toString(36);
    const request = new PendingRequest(subject, token, deadlineNow() + timeoutMs, this.pending);
    try {
      this.link.connection.publish(subject, payload, { reply: this.inbox + token, headers: encodeHeaders(headers) });
    } catch (error) {
      request.fail(new AppError('unavailable', { reason: 'bus_closed', cause: error }));
    }
    return request.answer;
  }

  /** Fails what waits for an answer to a subject (to any): the answer will not come. */
  failAll(reason: string, subject?: string): void {
    for (const request of [...this.pending.values()]) {
      if (subject === undefined || request.subject === subject) {
        request.fail(new AppError('unavailable', { reason: `${reason} ${request.subject}` }));
      }
    }
  }

  private receive(message: Msg): void {
    const request = this.pending.get(message.subject.slice(this.inbox.length));
    if (request === undefined) return;
    const { headers } = message;
    if (headers?.code === 503 && message.data.length === 0) {
      request.fail(new AppError('unavailable', { reason: `no_responder ${request.subject}` }));
    } else {
      request.succeed({ payload: message.data, headers: decodeHeaders(headers) });
    }
  }
}

class PendingRequest implements Deadline {
  readonly answer: Promise<RequestAnswer>;
  private resolve!: (answer: RequestAnswer) => void;
  private reject!: (error: AppError) => void;

  constructor(
    readonly subject: string,
    private readonly token: string,
    readonly deadlineAt: number,
    private readonly pending: Map<string, PendingRequest>,
  ) {
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    pending.set(token, this);
    deadlines.add(this);
  }

  succeed(answer: RequestAnswer): void {
    this.finish();
    this.resolve(answer);
  }

  fail(error: AppError): void {
    this.finish();
    this.reject(error);
  }

  onDeadline(): void {
    this.fail(new AppError('deadline_exceeded', { reason: `no answer of ${this.subject}` }));
  }

  private finish(): void {
    this.pending.delete(this.token);
    deadlines.remove(this);
  }
}

/** Headers for the client library. @throws AppError `internal` for a value that would begin another header. */
export function encodeHeaders(headers: MessageHeaders): MsgHdrs {
  const record: Record<string, string[]> = {};
  for (const name in headers) {
    const value = headers[name] as string;
    if (LINE_BREAK.test(value)) throw new AppError('internal', { reason: `header ${name}` });
    record[name] = [value];
  }
  return MsgHdrsImpl.fromRecord(record);
}

/** Headers of the client library as plain text by name. */
export function decodeHeaders(headers: MsgHdrs | undefined): MessageHeaders {
  if (headers === undefined) return NO_HEADERS;
  const record: Record<string, string> = {};
  for (const [name, values] of headers) record[name] = values[0] ?? '';
  return record;
}
