import type { Msg } from '@nats-io/transport-node';
import type { IncomingDurableMessage } from '../transport.js';
import { bytesOf } from '../wire.js';
import type { NatsLink } from './nats-link.js';

const ACK = bytesOf('+ACK');
const WORKING = bytesOf('+WPI');
/** After a failure; most have a cause that needs a moment to go away. */
const RETRY_LATER = bytesOf('-NAK {"delay": 500000000}');

/** A message of a stream. Settling it while the connection is down waits for the next connection. */
export class NatsDurableMessage implements IncomingDurableMessage {
  private settled = false;

  constructor(
    private readonly message: Msg,
    private readonly link: NatsLink,
  ) {}

  get payload(): Uint8Array {
    return this.message.data;
  }

  ack(): void {
    this.settle(ACK);
  }

  retry(): void {
    this.settle(RETRY_LATER);
  }

  /** Tells the stream that the handler is still at it. */
  working(): void {
    if (!this.settled && this.link.connected) this.send(WORKING);
  }

  private settle(verdict: Uint8Array): void {
    if (this.settled) return;
    this.settled = true;
    if (this.link.connected) this.send(verdict);
    else
      void this.link.whenConnected().then(() => {
        this.send(verdict);
      });
  }

  private send(verdict: Uint8Array): void {
    try {
      this.message.respond(verdict);
    } catch {
      // The connection is closed for good: the stream delivers the message again after its acknowledgement wait.
    }
  }
}
