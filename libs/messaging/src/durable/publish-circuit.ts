import { Counter, Gauge } from 'prom-client';

/** How long a stream may refuse everything before nobody is made to wait for it any more, in milliseconds. */
export const PATIENCE_MS = 500;
/** The same for one that does not answer: it may be restarting. */
export const PATIENCE_WITH_SILENCE_MS = 3_000;
/** How long after a failed try it is tried again, in milliseconds. */
export const PROBE_MS = 250;
/** After how long another try is made although the last one has not come to anything yet, in milliseconds. */
export const PROBE_LIMIT_MS = 2_000;

const shed = new Counter({
  name: 'chancery_durable_publish_shed_total',
  help: 'Events refused at once because their stream takes none; what they were to record was answered 503.',
  labelNames: ['subject'] as const,
});
const refusing = new Gauge({
  name: 'chancery_durable_publish_refusing',
  help: '1 while a stream takes no events (full, read-only, silent), else 0.',
  labelNames: ['subject'] as const,
});

/**
 * Knows whether it makes sense to publish to a stream. One that refuses for a moment is asked again, which nobody notices; one that
 * is full or read-only stays so, and everybody who waits for it would only fill the queues of those before them (G5). So does one
 * that has not answered for seconds, as JetStream on a full disk.
 */
export class PublishCircuit {
  private failingSince: number | undefined;
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
      this.nextProbeAt = this.now() + PROBE_LIMIT_MS;
      return true;
    }
    shed.inc({ subject: this.subject });
    return false;
  }

  /** The stream took a message. */
  accepted(): void {
    this.failingSince = undefined;
    if (this.open) this.change(false);
  }

  /** The stream refused a message, or did not answer in time. */
  failed(how: 'refused' | 'silent'): void {
    const now = this.now();
    this.failingSince ??= now;
    const patience = how === 'refused' ? PATIENCE_MS : PATIENCE_WITH_SILENCE_MS;
    if (!this.open && now - this.failingSince < patience) return;
    this.nextProbeAt = now + PROBE_MS;
    if (!this.open) this.change(true);
  }

  private change(open: boolean): void {
    this.open = open;
    refusing.set({ subject: this.subject }, open ? 1 : 0);
    this.onChange(open);
  }
}
