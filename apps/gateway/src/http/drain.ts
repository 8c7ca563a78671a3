import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Readiness } from '#observability';

/**
 * Whether the gateway still wants new connections. When it is told to stop it is not ready any more, and every answer from
 * then on closes its connection, so that no client sends its next request into a closed one. The requests in hand are
 * finished by the HTTP server's own close.
 */
@Injectable()
export class Drain implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private draining = false;

  constructor(private readonly readiness: Readiness) {}

  /** Whether the gateway is on its way out. */
  get isDraining(): boolean {
    return this.draining;
  }

  onApplicationBootstrap(): void {
    this.readiness.register('http', () => !this.draining);
  }

  beforeApplicationShutdown(): void {
    this.draining = true;
  }
}
