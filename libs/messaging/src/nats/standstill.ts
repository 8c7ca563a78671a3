/** What a standstill is measured with. */
export interface StandstillOptions {
  /** Resolves when everything that the bus had for this process before the question has arrived. Rejects when it is away. */
  readonly confirm: () => Promise<void>;
  /** Names the connection: what arrives over another one has not waited in the old one. */
  readonly epoch: () => number;
  /** Milliseconds since any point in time; both clocks, because a suspended machine stops only one of them. */
  readonly clocks?: readonly (() => number)[];
}

/** How often the bus is asked while nothing arrives, in milliseconds. */
const PULSE_MS = 500;
/** A silence that an answer to the pulse, a turn of the event loop and a busy machine explain, in milliseconds. */
const ORDINARY_SILENCE_MS = 1_500;
/** How long after the bus has answered something may still come that others had handed over before, in milliseconds. */
const GRACE_MS = 250;

/**
 * Notices that this process, or the bus, stood still (stopped, suspended, partitioned) and goes on. What arrives then may have
 * waited the whole time in a buffer that nobody could look into, and its caller may have given up, asked for the opposite
 * elsewhere and been told that it is done. So until the bus has answered anew, all of it counts as that old.
 */
export class Standstill {
  private readonly clocks: readonly (() => number)[];
  private heardAt: readonly number[];
  private heardEpoch: number;
  /** The last sign of life before a standstill whose messages may still be arriving. */
  private since: readonly number[] | undefined;
  private timer: NodeJS.Timeout | undefined;
  private asking = false;

  constructor(private readonly options: StandstillOptions) {
    this.clocks = options.clocks ?? [() => performance.now(), () => Date.now()];
    this.heardAt = this.now();
    this.heardEpoch = options.epoch();
  }

  /** Begins to ask the bus for a sign of life now and then. */
  start(): void {
    this.timer ??= setInterval(() => {
      void this.pulse();
    }, PULSE_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Call it for everything that arrives: for how long it may have waited, in milliseconds. */
  waitedMs(): number {
    const now = this.now();
    const silence = longest(now, this.heardAt);
    const sameConnection = this.options.epoch() === this.heardEpoch;
    if (silence > ORDINARY_SILENCE_MS && sameConnection) this.notice(this.heardAt);
    this.heardAt = now;
    this.heardEpoch = this.options.epoch();
    return this.since === undefined ? 0 : Math.ceil(longest(now, this.since));
  }

  private async pulse(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      await this.options.confirm();
      this.waitedMs();
    } catch {
      // Away: the next connection begins anew.
    } finally {
      this.asking = false;
    }
  }

  private notice(since: readonly number[]): void {
    this.since = since;
    const over = (): void => {
      setTimeout(() => {
        // Unless another standstill was noticed meanwhile.
        if (this.since === since) this.since = undefined;
      }, GRACE_MS).unref();
    };
    this.options.confirm().then(over, over);
  }

  private now(): readonly number[] {
    return this.clocks.map((clock) => clock());
  }
}

/** The time that has passed by the clock that saw most of it; one that was put back sees none. */
function longest(now: readonly number[], before: readonly number[]): number {
  return Math.max(...now.map((time, index) => time - (before[index] ?? time)));
}
