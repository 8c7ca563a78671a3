import type { TestClient } from '../../e2e/support/administrator.js';
import { clientCredentials, tokenOf } from '../../e2e/support/protocol.js';
import { baseUrl } from '../../e2e/support/shape.js';
import { answerOrNone, isNoAnswer, type NoAnswer } from './no-answer.js';

/** What the clients saw. */
export interface LoadResult {
  /** Requests that got no HTTP answer at all. */
  readonly errors: readonly NoAnswer[];
  /** Answers that a client which is in order must never see. */
  readonly unexpected: readonly string[];
  /** Tokens given to requests that were sent after the client's disabling had returned. */
  readonly stale: readonly string[];
  readonly granted: number;
  readonly unavailable: number;
  /** Of every token received. */
  readonly jtis: readonly string[];
}

/** A breath between two requests of one connection, so that the load leaves the machine room for the faults. */
const PAUSE_MS = 4;

/** Many connections that ask for tokens without end, for clients in turn. */
export class Load {
  private readonly clients: TestClient[];
  private readonly refusedSince = new Map<string, number>();
  private readonly mayBeRefused = new Set<string>();
  private readonly errors: NoAnswer[] = [];
  private readonly unexpected: string[] = [];
  private readonly stale: string[] = [];
  private readonly jtis: string[] = [];
  private unavailable = 0;
  private next = 0;
  private stopped = false;
  private workers: readonly Promise<void>[] = [];

  constructor(
    steady: readonly TestClient[],
    private readonly connections: number,
    /** The gateways that are asked in turn; the first alone by default. */
    private readonly bases: readonly string[] = [],
  ) {
    this.clients = [...steady];
  }

  start(): void {
    this.workers = Array.from({ length: this.connections }, () => this.work());
  }

  /** Asks for this client's tokens too, which may be refused from now on. */
  include(client: TestClient): void {
    this.mayBeRefused.add(client.clientId);
    this.clients.push(client);
  }

  /** From this moment (of `performance.now()`) no request for the client may be granted. */
  refusedFrom(client: TestClient, moment: number): void {
    this.refusedSince.set(client.clientId, moment);
  }

  stop(): void {
    this.stopped = true;
  }

  /** Stops, waits for the requests under way and tells what was seen. */
  async finish(): Promise<LoadResult> {
    this.stop();
    await Promise.all(this.workers);
    const { errors, unexpected, stale, jtis, unavailable } = this;
    return { errors, unexpected, stale, granted: jtis.length, unavailable, jtis };
  }

  private async work(): Promise<void> {
    while (!this.stopped) {
      const client = this.clients[this.next++ % this.clients.length];
      if (client !== undefined) await this.askFor(client);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  private async askFor(client: TestClient): Promise<void> {
    const sentAt = performance.now();
    const base = this.bases[this.next % this.bases.length] ?? baseUrl();
    const answer = await answerOrNone(base, () => clientCredentials(client, {}, { base }));
    if (isNoAnswer(answer)) {
      this.errors.push(answer);
      return;
    }
    switch (answer.status) {
      case 200: {
        this.jtis.push(tokenOf(answer).claims.jti);
        const since = this.refusedSince.get(client.clientId);
        if (since !== undefined && sentAt > since) {
          this.stale.push(`${client.clientId}: a token ${String(sentAt - since)} ms after its disabling`);
        }
        return;
      }
      case 503:
        this.unavailable += 1;
        if (answer.headers.get('retry-after') === null) this.unexpected.push('503 without Retry-After');
        return;
      default:
        if (answer.status === 401 && this.mayBeRefused.has(client.clientId)) return;
        this.unexpected.push(`${String(answer.status)} ${answer.text}`);
    }
  }
}
