import { AppError } from '#errors';
import { deadlines, type Deadline } from '../deadlines.js';
import { PublishRefused } from '../durable/publish-refused.js';
import { settled } from '../settled.js';
import type { IncomingDurableMessage } from '../transport.js';
import { deadlineNow } from '../deadline-clock.js';

/** How long a handled message id is remembered, in milliseconds; the same as the stream's over NATS. */
const REMEMBER_MS = 120_000;

interface Consumer {
  readonly maxBatch: number;
  readonly handler: (messages: readonly IncomingDurableMessage[]) => Promise<void>;
  busy: boolean;
}

/** The durable messages of one subject on their way to its consumer. */
export class DurableQueue {
  private readonly consumers: Consumer[] = [];
  private readonly queued: Message[] = [];
  /** Messages queued or in a handler, by their id. */
  private readonly underway = new Map<string, Message>();
  /** When each handled message id was handled, oldest first. */
  private readonly handled = new Map<string, number>();

  /** Resolves when the consumer has acknowledged the message. A message id seen before joins or repeats its outcome. */
  publish(payload: Uint8Array, messageId: string, timeoutMs: number): Promise<void> {
    if (this.wasHandled(messageId)) return Promise.resolve();
    let message = this.underway.get(messageId);
    if (message === undefined) {
      if (this.consumers.length === 0) return Promise.reject(new AppError('unavailable', { reason: 'no_consumer' }));
      message = new Message(payload);
      this.underway.set(messageId, message);
      const settle = (): void => {
        this.underway.delete(messageId);
      };
      message.outcome.then(() => {
        settle();
        this.handled.set(messageId, deadlineNow());
      }, settle);
      this.queued.push(message);
      // In the next microtask, so that messages published together are handled together.
      queueMicrotask(this.pump);
    }
    return new Waiter(message.outcome, deadlineNow() + timeoutMs).settled;
  }

  /** Adds a consumer; returns what removes it after what it has in hand, and after the queue if it was the last one. */
  consume(maxBatch: number, handler: Consumer['handler']): () => Promise<void> {
    const consumer: Consumer = { maxBatch, handler, busy: false };
    this.consumers.push(consumer);
    this.pump();
    return async () => {
      if (this.consumers.length === 1) await settled(() => this.queued.length === 0, 10_000);
      const index = this.consumers.indexOf(consumer);
      if (index >= 0) this.consumers.splice(index, 1);
      await settled(() => !consumer.busy, 10_000);
      if (this.consumers.length > 0) return;
      for (const message of this.queued.splice(0)) message.retry();
    };
  }

  /** Waits until everything is handled. */
  async drain(timeoutMs: number): Promise<void> {
    await settled(() => this.underway.size === 0 || this.consumers.length === 0, timeoutMs);
  }

  private readonly pump = (): void => {
    for (const consumer of this.consumers) {
      if (this.queued.length === 0) return;
      if (!consumer.busy) void this.handle(consumer, this.queued.splice(0, consumer.maxBatch));
    }
  };

  private async handle(consumer: Consumer, messages: readonly Message[]): Promise<void> {
    consumer.busy = true;
    try {
      await consumer.handler(messages);
    } catch {
      // What was not acknowledged is refused below; the handler has its own log.
    }
    for (const message of messages) message.retry();
    consumer.busy = false;
    this.pump();
  }

  private wasHandled(messageId: string): boolean {
    const oldest = deadlineNow() - REMEMBER_MS;
    for (const [id, at] of this.handled) {
      if (at >= oldest) break;
      this.handled.delete(id);
    }
    return this.handled.has(messageId);
  }
}

/** Nothing redelivers in process: `retry` tells the publisher, which still has the message. */
class Message implements IncomingDurableMessage {
  readonly outcome: Promise<void>;
  private resolve!: () => void;
  private reject!: (error: AppError) => void;

  constructor(readonly payload: Uint8Array) {
    this.outcome = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  ack(): void {
    this.resolve();
  }

  retry(): void {
    this.reject(new PublishRefused('not_handled'));
  }
}

/** One publisher waiting for an outcome, at most until its deadline. */
class Waiter implements Deadline {
  readonly settled: Promise<void>;
  private reject!: (error: AppError) => void;

  constructor(
    outcome: Promise<void>,
    readonly deadlineAt: number,
  ) {
    this.settled = new Promise((resolve, reject) => {
      this.reject = reject;
      outcome.then(
        () => {
          deadlines.remove(this);
          resolve();
        },
        (error: unknown) => {
          deadlines.remove(this);
          reject(AppError.from(error));
        },
      );
    });
    deadlines.add(this);
  }

  onDeadline(): void {
    this.reject(new AppError('unavailable', { reason: 'not_acknowledged' }));
  }
}
