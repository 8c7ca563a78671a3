/** How far the wall clock may run ahead before the time that a suspended machine slept is added, in milliseconds. */
const SUSPENDED_MS = 50;

/** The two clocks of a process, both in milliseconds: one that is never put back, and the one on the wall. */
export interface DeadlineClocks {
  readonly monotonic: () => number;
  readonly wall: () => number;
}

/**
 * The clock that deadlines are told by. It begins as milliseconds since the epoch and is not put back with the wall clock, so
 * that nobody's time to commit becomes longer than its caller waits. A monotonic clock alone stands still while the machine is
 * suspended, though callers elsewhere wait on; so when the wall clock gets ahead, this one follows: a deadline may come too
 * early, never too late.
 */
export class DeadlineClock {
  private readonly behind: number;
  private added = 0;

  constructor(private readonly clocks: DeadlineClocks) {
    this.behind = clocks.wall() - clocks.monotonic();
  }

  /** Milliseconds; comparable with what this clock said before, and with nothing else. */
  now(): number {
    const monotonic = this.clocks.monotonic() + this.behind;
    const ahead = this.clocks.wall() - monotonic;
    if (ahead > this.added + SUSPENDED_MS) this.added = ahead;
    return monotonic + this.added;
  }
}

const clock = new DeadlineClock({ monotonic: () => performance.now(), wall: () => Date.now() });

/** The process's one clock for `deadlineAt`: {@link DeadlineClock}. */
export function deadlineNow(): number {
  return clock.now();
}
