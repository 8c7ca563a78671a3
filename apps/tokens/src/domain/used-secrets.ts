/** That a secret was used in a minute. */
export interface SecretUse {
  readonly realmId: string;
  readonly secretId: string;
  /** The beginning of the minute, in milliseconds since 1970. */
  readonly minuteMs: number;
}

const MINUTE_MS = 60_000;
/** When nobody takes reports for so long that this many wait, further ones are dropped: memory is worth more. */
const MOST_WAITING = 100_000;

/**
 * Which secrets were used since the last report, in memory: a secret is reported at most once a minute, however many tokens it
 * gets, so that the hot path never waits and never writes.
 */
export class UsedSecrets {
  private waiting = new Map<string, SecretUse>();
  /** What was noted in the present minute, and needs no second look. */
  private readonly noted = new Set<string>();
  private minuteMs = 0;
  private announce: () => void = () => undefined;

  /** Calls `listener` whenever there is something new to report. It must not wait or throw: the hot path calls it. */
  onNew(listener: () => void): void {
    this.announce = listener;
  }

  /** Notes that a client authenticated with a secret. */
  note(realmId: string, secretId: string, nowMs: number): void {
    const minuteMs = nowMs - (nowMs % MINUTE_MS);
    if (minuteMs !== this.minuteMs) {
      this.minuteMs = minuteMs;
      this.noted.clear();
    }
    if (this.noted.has(secretId) || this.noted.size >= MOST_WAITING) return;
    this.noted.add(secretId);
    this.wait({ realmId, secretId, minuteMs });
    this.announce();
  }

  /** Takes what waits to be reported. */
  take(): SecretUse[] {
    const uses = [...this.waiting.values()];
    this.waiting = new Map();
    return uses;
  }

  /** Puts back what could not be reported; what has been used again since stays. */
  putBack(uses: readonly SecretUse[]): void {
    for (const use of uses) {
      const newer = this.waiting.get(use.secretId);
      if (newer === undefined || newer.minuteMs < use.minuteMs) this.wait(use);
    }
  }

  private wait(use: SecretUse): void {
    if (this.waiting.size < MOST_WAITING || this.waiting.has(use.secretId)) this.waiting.set(use.secretId, use);
  }
}
