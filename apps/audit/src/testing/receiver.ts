import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a receiver was sent. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A receiver of webhooks or logs whose mood a test decides. */
export class Receiver {
  readonly received: Received[] = [];
  /** The status that it answers; null: it says nothing. */
  answer: number | null = 204;
  private readonly held: ServerResponse[] = [];
  private server: Server | null = null;
  private port = 0;

  async start(): Promise<this> {
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        this.received.push({ headers: request.headers, text });
        if (this.answer === null) this.held.push(response);
        else response.writeHead(this.answer).end();
      });
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
    return this;
  }

  /** Answers from now on, and those whom it has kept waiting. */
  release(answer: number): void {
    this.answer = answer;
    for (const response of this.held.splice(0)) response.writeHead(answer).end();
  }

  stop(): void {
    this.server?.closeAllConnections();
    this.server?.close();
    this.server = null;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}/audit`;
  }

  /** Ids of the events that webhooks brought, each once. */
  get eventIds(): readonly string[] {
    return [...new Set(this.received.map(({ headers }) => String(headers['webhook-id'])))];
  }
}
