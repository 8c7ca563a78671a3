import { Counter, Gauge } from 'prom-client';

/** How long a stream may refuse everything before nobody is made to wait for it any more, in milliseconds. */
export const PATIENCE_MS = 500;
/** How often it is tried after that, in milliseconds. */
export const PROBE_MS = 250;

const shed = new Counter({
  name: 'chancery_durable_publish_shed_total',
  help: 'Events refused at once because their stream takes none; what they were to record was answered 503.',
  labelNames: ['subject'] as const,
});
const refusing = new Gauge({
  name: 'chancery_durable_publish_refusing',
  help: '1 while a stream takes no events (full, read-only), else 0.',
  labelNames: ['subject'] as const,
});

/**
 * Knows whether it makes sense to publish to a stream. One that refuses for a moment is asked again, which nobody notices; one that
 * is full or read-only stays so, and everybody who waits for it would only fill the queues of those before them (G5).
 */
export class PublishCircuit {
  private refusedSince: number | undefined;
  private nextProbeAt = 0;
  private open = false;

  /** @param now milliseconds of a clock that is not put back. @param onChange told when it opens (`true`) and closes. */
  constructor(
    private readonly subject: string,
    private readonly now: () => number,
    private readonly onChange: (open: boolean) => void,
  ) {}

  /** Whether the stream is taken to refuse everything. */
  get isOpen(): boolean {
    return this.open;
  }

  /** Whether to publish: always while it is closed, else now and then, to find out. */
  admits(): boolean {
    if (!this.open) return true;
    if (this.now() >= this.nextProbeAt) {
      this.nextProbeAt = this.now() + PROBE_MS;
      return true;
    }
    shed.inc({ subject: this.subject });
    return false;
  }

  /** The stream took a message. */
  accepted(): void {
    this.refusedSince = undefined;
    if (this.open) this.change(false);
  }

  /** The stream refused a message. */
  refused(): void {
    const now = this.now();
    this.refusedSince ??= now;
    if (this.open || now - this.refusedSince < PATIENCE_MS) return;
    this.nextProbeAt = now + PROBE_MS;
    this.change(true);
  }

  private change(open: boolean): void {
    this.open = open;
    refusing.set({ subject: this.subject }, open ? 1 : 0);
    this.onChange(open);
  }
}
