import { Readiness } from '#observability';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * The way out. When the gateway is told to stop it is not ready any more, and every answer from then on closes its
 * connection. While new connections still come it goes on serving, so that clients leave by an answer and not by a connection
 * that closes under their next request. Then the HTTP server stops listening and finishes what is in hand.
 */
@Injectable()
export class Drain implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** How long no new connection has come when nobody is taken to come any more, in milliseconds. */
  windowMs = 500;
  /** How long to listen on at most, in milliseconds, although new connections keep coming. */
  longestWindowMs = 5_000;
  /** When what still hangs is cut, in milliseconds: a client that never finishes its request must not hold the process. */
  limitMs = 10_000;
  /** How long a connection may be open without a word before it counts as silent, in milliseconds. */
  silentMs = 250;
  /** The open connections, and when each was opened. */
  private readonly open = new Map<Socket, number>();
  private lastOpenedAt = Number.NEGATIVE_INFINITY;
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
      this.lastOpenedAt = performance.now();
      this.open.set(socket, this.lastOpenedAt);
      socket.once('close', () => this.open.delete(socket));
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.draining = true;
    setTimeout(() => this.server.closeAllConnections(), this.limitMs).unref();
    const start = performance.now();
    while (!this.isLeft(start)) await sleep(POLL_MS);
    const silence = setInterval(() => this.closeSilent(), POLL_MS).unref();
    await this.stopListening();
    clearInterval(silence);
  }

  /** Whether nobody comes any more. While load balancers have not noticed yet, new connections keep coming. */
  private isLeft(start: number): boolean {
    const now = performance.now();
    if (now - start >= this.longestWindowMs) return true;
    // With nobody there the start of leaving is no news to anybody.
    const lastNews = this.open.size === 0 ? this.lastOpenedAt : Math.max(start, this.lastOpenedAt);
    return now - lastNews >= this.windowMs;
  }

  /**
   * Resolves when the last connection is gone. Right after the turn of the event loop in which connections are accepted: the
   * kernel resets those that it has taken and nobody has accepted, with the requests they have brought.
   */
  private async stopListening(): Promise<void> {
    await new Promise(setImmediate);
    if (!this.server.listening) return;
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
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
