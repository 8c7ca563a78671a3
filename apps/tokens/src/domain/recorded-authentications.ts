/** An authentication, as far as two of them are alike. */
export interface Authentication {
  /** The id of the client, which no other realm has. */
  readonly clientId: string;
  readonly secretId: string;
  readonly method: string;
  readonly ip: string | null;
}

const MINUTE_MS = 60_000;
/** How many that are alike have records of their own in a minute. */
export const RECORDED_EACH_MINUTE = 10;
/** How many kinds are counted in a minute. More than these are recorded each: memory is bounded, the log is whole. */
const MOST_COUNTED = 50_000;

/**
 * Which successful authentications of clients get an event of their own. Each is told by the event of what followed, so of many that
 * are alike in one minute the first few are enough: a client that takes a thousand tokens in a second would double the log otherwise.
 */
export class RecordedAuthentications {
  private counted = new Map<string, number>();
  private minute = 0;

  /** Whether this one is recorded. Counts it. */
  due({ clientId, secretId, method, ip }: Authentication, nowMs: number): boolean {
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute !== this.minute) {
      this.minute = minute;
      this.counted = new Map();
    }
    const kind = `${clientId} ${secretId} ${method} ${ip ?? ''}`;
    const before = this.counted.get(kind) ?? 0;
    if (before >= RECORDED_EACH_MINUTE) return false;
    if (before > 0 || this.counted.size < MOST_COUNTED) this.counted.set(kind, before + 1);
    return true;
  }
}
