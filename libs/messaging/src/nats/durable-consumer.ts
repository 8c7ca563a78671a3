import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '#observability';
import { jetstreamManager } from '@nats-io/jetstream';
import { createInbox, nanos, type Msg, type Subscription } from '@nats-io/transport-node';
import type { IncomingDurableMessage } from '../transport.js';
import { NatsDurableMessage } from './durable-message.js';
import { inboxPrefixOf, type NatsLink } from './nats-link.js';
import { ACK_WAIT_MS, setUpStream, type StreamLimits } from './stream-setup.js';

/** Which stream to consume, as whom. */
export interface DurableConsumerOptions {
  readonly stream: string;
  readonly subject: string;
  readonly consumer: string;
  readonly maxBatch: number;
}

/** How long one pull lasts at the server, in milliseconds, unless the transport says otherwise. */
export const PULL_EXPIRES_MS = 1_000;
/** Silence after the end of a pull for which it is taken for lost, in milliseconds. */
const SILENCE_MS = 2_000;
/**
 * How long the consumer lets messages gather before the next batch, in milliseconds, unless a full one waits: a batch costs a
 * transaction, so few large ones leave the machine to those who wait for an answer.
 */
const GATHER_MS = 100;
/** Pause before everything is set up again after a failure, in milliseconds. */
const PAUSE_MS = 500;

/** Statuses by which a pull ends in the ordinary way: nothing there, time over, or moved to another server. */
const ORDINARY_ENDS = new Set([404, 408]);

/**
 * Consumes a stream for ever: one pull at a time, what arrived while the handler was busy is its next batch. Whatever goes
 * wrong (server restarted, stream or consumer gone, a pull lost) ends in the same place: everything is set up again.
 */
export class NatsDurableConsumer {
  private readonly inbox: string;
  private subscription: Subscription | undefined;
  private readonly buffer: Msg[] = [];
  /** Messages the current pull may still bring. */
  private outstanding = 0;
  private pullNumber = 0;
  private heardAt = 0;
  private failure: Error | undefined;
  private stopped = false;
  private wake: () => void = () => {};
  private running: Promise<void> | undefined;

  constructor(
    private readonly link: NatsLink,
    name: string,
    private readonly options: DurableConsumerOptions,
    private readonly limits: StreamLimits,
    private readonly pullExpiresMs: number,
    private readonly logger: Logger,
    private readonly handler: (messages: readonly IncomingDurableMessage[]) => Promise<void>,
  ) {
    this.inbox = `${createInbox(inboxPrefixOf(name))}.`;
  }

  /** Begins; resolves when the stream stands, or after a while without it: then it goes on trying. */
  async start(): Promise<void> {
    const standing = new Promise<void>((resolve) => {
      this.running = this.run(resolve);
    });
    const patience = new AbortController();
    await Promise.race([standing, sleep(10_000, undefined, { signal: patience.signal }).catch(() => {})]);
    patience.abort();
  }

  /**
   * Ends after the current pull and all it brings. A pull cannot be taken back: what the server sends to an inbox that is
   * no more would come again only when its acknowledgement wait is over.
   */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.running;
    await this.subscription?.drain().catch(() => {});
  }

  /** The connection changed: look again. */
  notice(): void {
    this.wake();
  }

  private async run(onStanding: () => void): Promise<void> {
    while (!this.stopped && !this.link.connection.isClosed()) {
      try {
        await this.untilConnected();
        if (this.stopped) break;
        await this.setUp();
        onStanding();
        await this.consume();
      } catch (error) {
        this.logger.warn({ err: error, stream: this.options.stream }, 'consuming is interrupted, setting up again');
        if (!this.stopped) await this.pause(PAUSE_MS);
      }
    }
    onStanding();
  }

  private async untilConnected(): Promise<void> {
    while (!this.link.connected && !this.stopped) await Promise.race([this.link.whenConnected(), this.pause(1_000)]);
  }

  private async setUp(): Promise<void> {
    const manager = await jetstreamManager(this.link.connection, { checkAPI: false, timeout: 3_000 });
    await setUpStream(manager, this.options, this.limits, this.logger);
    if (this.subscription === undefined || this.subscription.isClosed()) {
      this.subscription = this.link.connection.subscribe(`${this.inbox}*`, {
        callback: (error, message) => {
          if (error === null) this.receive(message);
          else this.fail(error);
        },
      });
    }
    this.outstanding = 0;
    this.failure = undefined;
  }

  private async consume(): Promise<void> {
    const { epoch } = this.link;
    const { maxBatch } = this.options;
    while (this.link.connected && this.link.epoch === epoch) {
      if (this.failure !== undefined) throw this.failure;
      if (this.outstanding <= 0 && this.buffer.length < maxBatch && !this.stopped) this.pull();
      if (this.buffer.length > 0) {
        if (this.buffer.length < maxBatch && this.outstanding > 0 && !this.stopped) await sleep(GATHER_MS);
        await this.handle(this.buffer.splice(0, maxBatch));
      } else if (this.outstanding <= 0) return;
      else if (Date.now() - this.heardAt > this.pullExpiresMs + SILENCE_MS) throw new Error('the stream is silent');
      else await this.pause(this.pullExpiresMs + SILENCE_MS);
    }
  }

  private pull(): void {
    this.outstanding = this.options.maxBatch;
    this.heardAt = Date.now();
    this.pullNumber++;
    const { stream, consumer, maxBatch } = this.options;
    this.link.connection.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
      JSON.stringify({
        batch: maxBatch,
        expires: nanos(this.pullExpiresMs),
      }),
      { reply: this.inbox + String(this.pullNumber) },
    );
  }

  private receive(message: Msg): void {
    this.heardAt = Date.now();
    const isStatus = message.subject.startsWith(this.inbox);
    if (isStatus) {
      // Of an earlier pull, when the number is another.
      if (message.subject === this.inbox + String(this.pullNumber)) this.endOfPull(message);
      return;
    }
    this.outstanding--;
    this.buffer.push(message);
    this.wake();
  }

  private endOfPull(message: Msg): void {
    const code = message.headers?.code ?? 0;
    this.outstanding = 0;
    if (ORDINARY_ENDS.has(code)) this.wake();
    else this.fail(new Error(`pull ended: ${String(code)} ${message.headers?.description ?? ''}`));
  }

  private fail(error: Error): void {
    this.failure = error;
    this.wake();
  }

  private async handle(batch: readonly Msg[]): Promise<void> {
    const messages = batch.map((message) => new NatsDurableMessage(message, this.link));
    const keepAlive = setInterval(() => {
      for (const message of messages) message.working();
    }, ACK_WAIT_MS / 3);
    try {
      await this.handler(messages);
    } catch (error) {
      this.logger.error({ err: error, stream: this.options.stream }, 'durable messages were not handled');
    } finally {
      clearInterval(keepAlive);
    }
    // Only what the handler left open.
    for (const message of messages) message.retry();
  }

  /** Waits until something happens, at most a while. */
  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
