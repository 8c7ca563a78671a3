import { AppError } from '#errors';
import type { Logger } from '#observability';
import type { Msg, Subscription } from '@nats-io/transport-node';
import { PublishRefused } from '../durable/publish-refused.js';
import { settled } from '../settled.js';
import { Transport, type IncomingDurableMessage, type IncomingRequest, type MessageHeaders } from '../transport.js';
import { textOf } from '../wire.js';
import { NatsDurableConsumer, PULL_EXPIRES_MS, type DurableConsumerOptions } from './durable-consumer.js';
import { NatsLink, type NatsLinkEvents, type NatsLinkOptions } from './nats-link.js';
import { decodeHeaders, encodeHeaders, RequestMux, type RequestAnswer } from './request-mux.js';
import { Standstill } from './standstill.js';
import type { StreamLimits } from './stream-setup.js';

/** How to reach NATS, and the limits of what this process makes there. */
export interface NatsTransportOptions extends NatsLinkOptions {
  /** Limits of streams this process consumes, which it therefore creates. */
  readonly streams?: StreamLimits;
  /** How long a consumer's pull waits for messages, and an idle consumer at most takes to stop, in ms. Default 1 s. */
  readonly pullExpiresMs?: number;
  /** How long `drain` and stopping wait for the requests in hand, in milliseconds. Default 10 s. */
  readonly drainTimeoutMs?: number;
}

/** Room for the headers beside a payload, in bytes. */
const HEADER_ROOM_BYTES = 4_096;

/**
 * The bus over NATS: queue groups for requests, JetStream for durable events. While there is no connection requests fail
 * at once; when it comes back everything that was served, listened to or consumed goes on by itself.
 */
export class NatsTransport extends Transport implements NatsLinkEvents {
  private readonly logger: Logger;
  private readonly requests: RequestMux;
  private readonly standstill: Standstill;
  private readonly consumers = new Set<NatsDurableConsumer>();
  private readonly stops = new Set<() => Promise<void>>();
  private closing = false;

  private constructor(
    private readonly link: NatsLink,
    private readonly options: NatsTransportOptions,
  ) {
    super();
    this.logger = options.logger;
    this.requests = new RequestMux(link, options.name);
    this.standstill = new Standstill({ confirm: () => link.connection.flush(), epoch: () => link.epoch });
  }

  /** @throws AppError `unavailable` when no server can be reached in time, or it does not allow the service's inbox. */
  static async connect(options: NatsTransportOptions): Promise<NatsTransport> {
    const link = await NatsLink.open(options);
    const transport = new NatsTransport(link, options);
    void link.watch(transport);
    try {
      await transport.requests.open();
      transport.standstill.start();
    } catch (error) {
      await link.connection.close();
      throw error;
    }
    return transport;
  }

  override get maxPayloadBytes(): number {
    return (this.link.connection.info?.max_payload ?? super.maxPayloadBytes) - HEADER_ROOM_BYTES;
  }

  request(
    subject: string,
    payload: Uint8Array,
    headers: MessageHeaders,
    options: { readonly timeoutMs: number },
  ): Promise<RequestAnswer> {
    if (payload.length > this.maxPayloadBytes) {
      return Promise.reject(new AppError('payload_too_large', { reason: `request of ${subject}` }));
    }
    return this.requests.request(subject, payload, headers, options.timeoutMs);
  }

  broadcast(subject: string, payload: Uint8Array): void {
    if (!this.link.connected) return;
    try {
      this.link.connection.publish(subject, payload);
    } catch {
      // Best effort: the connection is being closed.
    }
  }

  async serve(
    subject: string,
    queue: string,
    handler: (request: IncomingRequest) => void,
  ): Promise<() => Promise<void>> {
    let inHand = 0;
    const release = (): void => {
      inHand--;
    };
    const subscription = await this.subscribe(subject, queue, (message) => {
      inHand++;
      handler(new NatsIncomingRequest(message, this.standstill.waitedMs(), release, this.logger));
    });
    return this.stoppable(async () => {
      await drainSubscription(subscription);
      await settled(() => inHand === 0, this.drainTimeoutMs);
      await this.link.flush();
    });
  }

  async listen(subject: string, handler: (payload: Uint8Array) => void): Promise<() => Promise<void>> {
    const subscription = await this.subscribe(subject, undefined, (message) => {
      handler(message.data);
    });
    return this.stoppable(() => drainSubscription(subscription));
  }

  async publishDurable(
    subject: string,
    payload: Uint8Array,
    options: { readonly messageId: string; readonly timeoutMs: number },
  ): Promise<void> {
    let answer: RequestAnswer;
    try {
      answer = await this.request(subject, payload, { 'Nats-Msg-Id': options.messageId }, options);
    } catch (thrown) {
      const error = AppError.from(thrown);
      if (error.code !== 'deadline_exceeded') throw error;
      throw new AppError('unavailable', { reason: 'not_acknowledged', cause: error });
    }
    const refusal = refusalIn(answer.payload);
    if (refusal === undefined) return;
    this.logger.debug({ subject, reason: refusal }, 'the stream did not take an event');
    throw new PublishRefused(`stream_refused ${refusal}`);
  }

  async consumeDurable(
    options: DurableConsumerOptions,
    handler: (messages: readonly IncomingDurableMessage[]) => Promise<void>,
  ): Promise<() => Promise<void>> {
    const { name, streams = {}, pullExpiresMs = PULL_EXPIRES_MS } = this.options;
    const consumer = new NatsDurableConsumer(this.link, name, options, streams, pullExpiresMs, this.logger, handler);
    this.consumers.add(consumer);
    await consumer.start();
    return this.stoppable(async () => {
      this.consumers.delete(consumer);
      await consumer.stop();
    });
  }

  isConnected(): boolean {
    return this.link.connected && !this.closing;
  }

  async drain(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    this.standstill.stop();
    await Promise.all([...this.stops].map((stop) => stop()));
    await settled(() => this.requests.size === 0 || !this.link.connected, this.drainTimeoutMs);
    if (this.link.connected) await this.link.flush();
    await this.link.connection.close();
    this.requests.failAll('bus_closed');
  }

  disconnected(): void {
    this.requests.failAll('bus_disconnected');
    for (const consumer of this.consumers) consumer.notice();
  }

  publishRefused(subject: string): void {
    this.requests.failAll('bus_forbidden', subject);
  }

  private get drainTimeoutMs(): number {
    return this.options.drainTimeoutMs ?? 10_000;
  }

  /** Resolves when the server knows the subscription, so that a request made now finds it. */
  private async subscribe(
    subject: string,
    queue: string | undefined,
    handler: (message: Msg) => void,
  ): Promise<Subscription> {
    const subscription = this.link.connection.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      callback: (error, message) => {
        if (error === null) handler(message);
      },
    });
    await this.link.flush();
    if (subscription.isClosed()) throw new AppError('unavailable', { reason: `bus_forbidden ${subject}` });
    return subscription;
  }

  private stoppable(stop: () => Promise<void>): () => Promise<void> {
    let stopping: Promise<void> | undefined;
    const once = (): Promise<void> => {
      this.stops.delete(once);
      stopping ??= stop();
      return stopping;
    };
    this.stops.add(once);
    return once;
  }
}

class NatsIncomingRequest implements IncomingRequest {
  private answered = false;

  constructor(
    private readonly message: Msg,
    readonly waitedMs: number,
    private readonly release: () => void,
    private readonly logger: Logger,
  ) {}

  get subject(): string {
    return this.message.subject;
  }

  get payload(): Uint8Array {
    return this.message.data;
  }

  get headers(): MessageHeaders {
    const headers = decodeHeaders(this.message.headers);
    // Read several times; decoded once.
    Object.defineProperty(this, 'headers', { value: headers });
    return headers;
  }

  respond(payload: Uint8Array, headers?: MessageHeaders): void {
    if (this.answered) return;
    this.answered = true;
    this.release();
    try {
      this.message.respond(payload, headers === undefined ? {} : { headers: encodeHeaders(headers) });
    } catch (error) {
      this.logger.warn({ err: error, subject: this.subject }, 'an answer could not be sent');
    }
  }
}

/** Takes what the server has sent already, then no more. */
async function drainSubscription(subscription: Subscription): Promise<void> {
  if (!subscription.isClosed()) await subscription.drain().catch(() => {});
}

/** Why the stream did not take a message, or undefined when it did. */
function refusalIn(acknowledgement: Uint8Array): string | undefined {
  try {
    const answer = JSON.parse(textOf(acknowledgement)) as { seq?: unknown; error?: { description?: unknown } };
    if (answer.error !== undefined) return String(answer.error.description);
    return typeof answer.seq === 'number' ? undefined : 'not an acknowledgement';
  } catch {
    return 'not an acknowledgement';
  }
}
