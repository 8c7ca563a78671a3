import { AppError } from '#errors';
import { deadlines, type Deadline } from '../deadlines.js';
import { settled } from '../settled.js';
import { Transport, type IncomingDurableMessage, type IncomingRequest, type MessageHeaders } from '../transport.js';
import { DurableQueue } from './durable-queue.js';
import { deadlineNow } from '../deadline-clock.js';

type Handler = (request: IncomingRequest) => void;

/** One member of a queue group. */
interface Responder {
  readonly handler: Handler;
  inHand: number;
}

/** The members of the queue group that serves a subject; they take turns. */
interface QueueGroup {
  readonly queue: string;
  readonly responders: Responder[];
  next: number;
}

const NO_HEADERS: MessageHeaders = {};

/**
 * The bus of the standalone shape: the same bytes as over NATS, handed over inside the process. Durable means committed by
 * the consumer: there is no stream in between, so `publishDurable` waits for the consumer's acknowledgement.
 */
export class InProcessTransport extends Transport {
  private readonly groups = new Map<string, QueueGroup>();
  private readonly listeners = new Map<string, Set<(payload: Uint8Array) => void>>();
  private readonly durable = new Map<string, DurableQueue>();
  private readonly pending = new Set<PendingRequest>();
  private state: 'open' | 'draining' | 'closed' = 'open';

  /** @param options.drainTimeoutMs how long `drain` waits for the requests in hand, in milliseconds. Default 10 s. */
  constructor(private readonly options: { readonly drainTimeoutMs?: number } = {}) {
    super();
  }

  request(
    subject: string,
    payload: Uint8Array,
    headers: MessageHeaders,
    options: { readonly timeoutMs: number },
  ): Promise<{ readonly payload: Uint8Array; readonly headers: MessageHeaders }> {
    // While draining, what is in hand may still ask others for what it needs.
    if (this.state === 'closed' || (this.state === 'draining' && this.pending.size === 0)) {
      return Promise.reject(new AppError('unavailable', { reason: 'bus_closed' }));
    }
    if (payload.length > this.maxPayloadBytes) {
      return Promise.reject(new AppError('payload_too_large', { reason: `request of ${subject}` }));
    }
    const group = this.groups.get(subject);
    const responder = group?.responders[group.next++ % group.responders.length];
    if (responder === undefined)
      return Promise.reject(new AppError('unavailable', { reason: `no_responder ${subject}` }));
    const request = new PendingRequest(
      subject,
      payload,
      headers,
      deadlineNow() + options.timeoutMs,
      responder,
      this.pending,
    );
    queueMicrotask(request.deliver);
    return request.answer;
  }

  broadcast(subject: string, payload: Uint8Array): void {
    for (const listener of this.listeners.get(subject) ?? []) {
      queueMicrotask(() => {
        listener(payload);
      });
    }
  }

  serve(subject: string, queue: string, handler: Handler): Promise<() => Promise<void>> {
    const group = this.groups.get(subject) ?? { queue, responders: [], next: 0 };
    if (group.queue !== queue) {
      return Promise.reject(new Error(`${subject} is served by the queue group ${group.queue}, not ${queue}`));
    }
    const responder: Responder = { handler, inHand: 0 };
    group.responders.push(responder);
    this.groups.set(subject, group);
    return Promise.resolve(async () => {
      remove(group.responders, responder);
      if (group.responders.length === 0) this.groups.delete(subject);
      await settled(() => responder.inHand === 0, this.drainTimeoutMs);
    });
  }

  listen(subject: string, handler: (payload: Uint8Array) => void): Promise<() => Promise<void>> {
    const listeners = this.listeners.get(subject) ?? new Set();
    listeners.add(handler);
    this.listeners.set(subject, listeners);
    return Promise.resolve(() => {
      listeners.delete(handler);
      return Promise.resolve();
    });
  }

  publishDurable(
    subject: string,
    payload: Uint8Array,
    options: { readonly messageId: string; readonly timeoutMs: number },
  ): Promise<void> {
    if (payload.length > this.maxPayloadBytes) {
      return Promise.reject(new AppError('payload_too_large', { reason: `event of ${subject}` }));
    }
    const queue = this.state === 'closed' ? undefined : this.durable.get(subject);
    if (queue === undefined) return Promise.reject(new AppError('unavailable', { reason: `no_consumer ${subject}` }));
    return queue.publish(payload, options.messageId, options.timeoutMs);
  }

  consumeDurable(
    options: {
      readonly stream: string;
      readonly subject: string;
      readonly consumer: string;
      readonly maxBatch: number;
    },
    handler: (messages: readonly IncomingDurableMessage[]) => Promise<void>,
  ): Promise<() => Promise<void>> {
    let queue = this.durable.get(options.subject);
    if (queue === undefined) {
      queue = new DurableQueue();
      this.durable.set(options.subject, queue);
    }
    return Promise.resolve(queue.consume(options.maxBatch, handler));
  }

  isConnected(): boolean {
    return this.state === 'open';
  }

  async drain(): Promise<void> {
    if (this.state !== 'open') return;
    this.state = 'draining';
    await settled(() => this.pending.size === 0, this.drainTimeoutMs);
    await Promise.all([...this.durable.values()].map((queue) => queue.drain(this.drainTimeoutMs)));
    this.state = 'closed';
    for (const request of this.pending) request.fail(new AppError('unavailable', { reason: 'bus_closed' }));
    this.groups.clear();
    this.listeners.clear();
  }

  private get drainTimeoutMs(): number {
    return this.options.drainTimeoutMs ?? 10_000;
  }
}

class PendingRequest implements IncomingRequest, Deadline {
  readonly waitedMs = 0;
  readonly answer: Promise<{ readonly payload: Uint8Array; readonly headers: MessageHeaders }>;
  private resolve!: (answer: { readonly payload: Uint8Array; readonly headers: MessageHeaders }) => void;
  private reject!: (error: AppError) => void;
  private inHand = true;

  constructor(
    readonly subject: string,
    readonly payload: Uint8Array,
    readonly headers: MessageHeaders,
    readonly deadlineAt: number,
    private readonly responder: Responder,
    private readonly pending: Set<PendingRequest>,
  ) {
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    responder.inHand++;
    pending.add(this);
    deadlines.add(this);
  }

  readonly deliver = (): void => {
    this.responder.handler(this);
  };

  respond(payload: Uint8Array, headers: MessageHeaders = NO_HEADERS): void {
    this.release();
    this.resolve({ payload, headers });
  }

  fail(error: AppError): void {
    this.release();
    this.reject(error);
  }

  onDeadline(): void {
    // The responder still has it in hand; only the caller stops waiting.
    this.pending.delete(this);
    this.reject(new AppError('deadline_exceeded', { reason: `no answer of ${this.subject}` }));
  }

  private release(): void {
    if (!this.inHand) return;
    this.inHand = false;
    this.responder.inHand--;
    this.pending.delete(this);
    deadlines.remove(this);
  }
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}
