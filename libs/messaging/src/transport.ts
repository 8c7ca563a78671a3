/** Headers of a message; names are lower-case. */
export type MessageHeaders = Readonly<Record<string, string>>;

/** One incoming request as a transport hands it over. */
export interface IncomingRequest {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: MessageHeaders;
  /** For how long it may have waited on its way without anybody's knowledge, in milliseconds; hardly ever more than 0. */
  readonly waitedMs: number;
  /** Sends the answer; only the first has an effect. */
  respond(payload: Uint8Array, headers?: MessageHeaders): void;
}

/** One incoming durable message; the consumer must settle each. */
export interface IncomingDurableMessage {
  readonly payload: Uint8Array;
  /** The message is handled and may be forgotten by the stream. */
  ack(): void;
  /** Try again later. */
  retry(): void;
}

/** What one message of the bus may hold, in bytes: a whole realm as a configuration. NATS is told so (`max_payload`). */
export const MAX_PAYLOAD_BYTES = 8 * 1024 * 1024;

/**
 * What the bus must do, in bytes. Implemented over NATS and in process; one contract suite proves both. Knows nothing of
 * contracts, validation, grouping or errors: those are above it, once.
 */
export abstract class Transport {
  /** The largest payload one message may have, in bytes, unless the transport knows better. */
  get maxPayloadBytes(): number {
    return MAX_PAYLOAD_BYTES;
  }

  /**
   * Sends a request to one member of the queue group that serves `subject`.
   *
   * @throws AppError `unavailable` (nobody serves it, or the bus is away), `deadline_exceeded`.
   */
  abstract request(
    subject: string,
    payload: Uint8Array,
    headers: MessageHeaders,
    options: { readonly timeoutMs: number },
  ): Promise<{ readonly payload: Uint8Array; readonly headers: MessageHeaders }>;

  /** Sends to every subscriber; best effort (cancellations). */
  abstract broadcast(subject: string, payload: Uint8Array): void;

  /** Serves a subject as a member of a queue group. Returns what stops it after the requests in hand. */
  abstract serve(
    subject: string,
    queue: string,
    handler: (request: IncomingRequest) => void,
  ): Promise<() => Promise<void>>;

  /** Listens to a broadcast subject. */
  abstract listen(subject: string, handler: (payload: Uint8Array) => void): Promise<() => Promise<void>>;

  /**
   * Publishes durably; resolves on the acknowledgement. `messageId` de-duplicates.
   *
   * @throws AppError `unavailable`; as `PublishRefused` when it is certain that nothing was kept.
   */
  abstract publishDurable(
    subject: string,
    payload: Uint8Array,
    options: { readonly messageId: string; readonly timeoutMs: number },
  ): Promise<void>;

  /** Consumes a stream in batches as the one durable consumer of `consumer`; any number of replicas share it. */
  abstract consumeDurable(
    options: {
      readonly stream: string;
      readonly subject: string;
      readonly consumer: string;
      readonly maxBatch: number;
    },
    handler: (messages: readonly IncomingDurableMessage[]) => Promise<void>,
  ): Promise<() => Promise<void>>;

  /** Whether the bus can be reached now, for readiness. */
  abstract isConnected(): boolean;

  /** Stops taking requests, answers those in hand, flushes, closes. */
  abstract drain(): Promise<void>;
}
