import { Readiness } from '#observability';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * The way out. When the gateway is told to stop it is not ready any more, and every answer from then on closes its
 * connection. For a short window it still serves, so that clients leave by an answer and not by a connection that closes under
 * their next request. Then the HTTP server stops listening and finishes what is in hand.
 */
@Injectable()
export class Drain implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** How long connections may still bring a last request, in milliseconds; over at once when there are none. */
  windowMs = 500;
  /** When what still hangs is cut, in milliseconds: a client that never finishes its request must not hold the process. */
  limitMs = 10_000;
  /** How long a connection may be open without a word before it counts as silent, in milliseconds. */
  silentMs = 250;
  /** The open connections, and when each was opened. */
  private readonly open = new Map<Socket, number>();
  private draining = false;

  constructor(
    private readonly readiness: Readiness,
    private readonly host: HttpAdapterHost,
  ) {}

  /** Whether the gateway is on its way out. */
  get isDraining(): boolean {
    return this.draining;
  }

  onApplicationBootstrap(): void {
    this.readiness.register('http', () => !this.draining);
    this.server.on('connection', (socket) => {
      this.open.set(socket, performance.now());
      socket.once('close', () => this.open.delete(socket));
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.draining = true;
    setTimeout(() => this.server.closeAllConnections(), this.limitMs).unref();
    const end = performance.now() + this.windowMs;
    while (performance.now() < end && this.open.size > 0) await sleep(POLL_MS);
    const silence = setInterval(() => this.closeSilent(), POLL_MS).unref();
    this.server.once('close', () => clearInterval(silence));
  }

  /**
   * Clients open connections ahead of need; Node calls them busy until their first request, and would wait for it. One that
   * has just been opened gets a moment: its request may be on its way, and would be lost with the connection.
   */
  private closeSilent(): void {
    const openedBefore = performance.now() - this.silentMs;
    for (const [socket, openedAt] of this.open) {
      if (socket.bytesRead === 0 && openedAt <= openedBefore) socket.destroy();
    }
  }

  private get server(): Server {
    return this.host.httpAdapter.getHttpServer() as Server;
  }
}
