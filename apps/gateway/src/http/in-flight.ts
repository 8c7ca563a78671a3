import type { Socket } from 'node:net';
import { Gauge } from 'prom-client';

let openRequests = 0;

new Gauge({
  name: 'chancery_gateway_in_flight',
  help: 'Requests being worked on now.',
  collect() {
    this.set(openRequests);
  },
});

/**
 * Counts the requests in hand. A place is given back when the answer is out or the connection is gone, whichever is first:
 * a request that was pipelined behind another may never see its own response close.
 */
export class InFlight {
  private readonly bySocket = new WeakMap<Socket, Set<() => void>>();
  private count = 0;

  constructor(private readonly limit: number) {}

  /** Whether there is no place left. */
  get isFull(): boolean {
    return this.count >= this.limit;
  }

  /**
   * Takes a place. The returned function gives it back, once; `onAbandoned` runs when the connection closes before that.
   */
  enter(socket: Socket, onAbandoned: () => void): () => void {
    this.count += 1;
    openRequests += 1;
    const open = this.openOn(socket);
    let settled = false;
    const leave = (): void => {
      if (settled) return;
      settled = true;
      this.count -= 1;
      openRequests -= 1;
      open.delete(abandon);
    };
    const abandon = (): void => {
      leave();
      onAbandoned();
    };
    open.add(abandon);
    return leave;
  }

  private openOn(socket: Socket): Set<() => void> {
    const known = this.bySocket.get(socket);
    if (known !== undefined) return known;
    const open = new Set<() => void>();
    this.bySocket.set(socket, open);
    // One listener for a connection, however many requests it carries.
    socket.once('close', () => {
      for (const abandon of [...open]) abandon();
    });
    return open;
  }
}
