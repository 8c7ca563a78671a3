import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#errors';
import type { Logger } from '#observability';
import {
  connect,
  PermissionViolationError,
  type NatsConnection,
  type NodeConnectionOptions,
  type Status,
} from '@nats-io/transport-node';

/** Where and as whom to connect. */
export interface NatsLinkOptions {
  /** One or more servers, comma-separated: `nats://user:password@host:port`; `tls://` asks for TLS. */
  readonly url: string;
  /** Name of the service: shown by the server, and the owner of the inbox `_INBOX_<name>`. */
  readonly name: string;
  readonly logger: Logger;
  /** How long to try until the first connection, in milliseconds. Default 60 s; afterwards it tries for ever. */
  readonly connectTimeoutMs?: number;
}

/** What the link tells its owner. */
export interface NatsLinkEvents {
  disconnected(): void;
  /** The server refused to publish to a subject. */
  publishRefused(subject: string): void;
}

const PAUSE_MS = 250;

/** A connection that is made again for ever, and always knows whether it stands. */
export class NatsLink {
  /** Grows with every connection, so that who depends on one can tell that it is another. */
  epoch = 1;
  connected = true;
  private readonly waiting = new Set<() => void>();

  private constructor(
    readonly connection: NatsConnection,
    private readonly logger: Logger,
  ) {}

  /** @throws AppError `unavailable` when no server took the connection in time. */
  static async open(options: NatsLinkOptions): Promise<NatsLink> {
    const until = Date.now() + (options.connectTimeoutMs ?? 60_000);
    for (let lastMessage = ''; ;) {
      try {
        return new NatsLink(await connect(connectionOptions(options)), options.logger);
      } catch (error) {
        if (Date.now() >= until) throw new AppError('unavailable', { reason: 'nats_not_reachable', cause: error });
        const message = error instanceof Error ? error.message : String(error);
        if (message !== lastMessage)
          options.logger.warn({ reason: message }, 'NATS cannot be reached yet, trying again');
        lastMessage = message;
        await sleep(PAUSE_MS);
      }
    }
  }

  /** Follows the connection until it is closed. */
  async watch(events: NatsLinkEvents): Promise<void> {
    for await (const status of this.connection.status()) this.follow(status, events);
    this.connected = false;
    events.disconnected();
    this.release();
  }

  /** Resolves when the link stands (at once if it does), or when it was closed for good. */
  async whenConnected(): Promise<void> {
    while (!this.connected && !this.connection.isClosed()) {
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  /** Waits until the server has seen everything sent so far; gives up when the connection breaks. */
  async flush(): Promise<void> {
    try {
      await this.connection.flush();
    } catch {
      // Broken meanwhile: subscriptions are made again with the next connection, requests were failed.
    }
  }

  private follow(status: Status, events: NatsLinkEvents): void {
    switch (status.type) {
      case 'disconnect':
        this.connected = false;
        this.logger.warn({ server: status.server }, 'NATS connection lost, reconnecting');
        events.disconnected();
        break;
      case 'reconnect':
        this.connected = true;
        this.epoch++;
        this.logger.info({ server: status.server }, 'NATS connection restored');
        this.release();
        break;
      case 'error':
        this.reportError(status.error, events);
        break;
      case 'ldm':
        this.logger.info({ server: status.server }, 'NATS server is about to stop');
        break;
      case 'close':
      case 'forceReconnect':
      case 'ping':
      case 'reconnecting':
      case 'slowConsumer':
      case 'staleConnection':
      case 'update':
        break;
    }
  }

  private reportError(error: Error, events: NatsLinkEvents): void {
    if (error instanceof PermissionViolationError) {
      const { operation, subject, queue } = error;
      this.logger.error({ operation, subject, queue }, 'NATS permissions forbid this');
      if (operation === 'publish') events.publishRefused(subject);
    } else {
      this.logger.error({ err: error }, 'NATS reported an error');
    }
  }

  private release(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

function connectionOptions(options: NatsLinkOptions): NodeConnectionOptions {
  const urls = options.url.split(',').map((url) => new URL(url.includes('://') ? url.trim() : `nats://${url.trim()}`));
  const user = urls.find((url) => url.username !== '');
  return {
    servers: urls.map((url) => url.host),
    ...(urls.some((url) => url.protocol === 'tls:') ? { tls: {} } : {}),
    ...(user === undefined ? {} : { user: decodeURIComponent(user.username), pass: decodeURIComponent(user.password) }),
    name: options.name,
    inboxPrefix: inboxPrefixOf(options.name),
    maxReconnectAttempts: -1,
    reconnectTimeWait: PAUSE_MS,
    reconnectJitter: PAUSE_MS / 2,
    // A rotated password must not end the process's only connection.
    ignoreAuthErrorAbort: true,
    // A server that vanished without a word is noticed after two unanswered pings.
    pingInterval: 5_000,
    maxPingOut: 2,
    timeout: 5_000,
    noAsyncTraces: true,
  };
}

/** First words of every inbox of a service; its NATS user may subscribe to nothing else's. */
export function inboxPrefixOf(name: string): string {
  return `_INBOX_${name}`;
}
