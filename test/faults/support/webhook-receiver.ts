import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Receives a webhook, in the mood that a test wants. */
export class WebhookReceiver {
  /** What it answers; null: it takes the event and says nothing. */
  mood: 204 | 500 | null = 204;
  /** How often each event was taken, by its id. */
  readonly taken = new Map<string, number>();
  /** Of the events that were taken. */
  readonly jtis = new Set<string>();
  /** Local ports of those whose request got no answer. */
  readonly waiting = new Set<number>();
  private server: Server | undefined;

  async start(): Promise<this> {
    const server = createServer((request, response) => {
      const { mood } = this;
      const port = request.socket.remotePort ?? 0;
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        if (mood === null) {
          this.waiting.add(port);
          request.socket.once('close', () => this.waiting.delete(port));
          return;
        }
        if (mood === 204) this.take(String(request.headers['webhook-id']), text);
        response.writeHead(mood).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.server = server;
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server?.address() as AddressInfo).port)}/audit`;
  }

  stop(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }

  private take(id: string, text: string): void {
    this.taken.set(id, (this.taken.get(id) ?? 0) + 1);
    const { jti } = (JSON.parse(text) as { data: { jti: string | null } }).data;
    if (jti !== null) this.jtis.add(jti);
  }
}
