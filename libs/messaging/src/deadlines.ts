import { deadlineNow } from './deadline-clock.js';

/** Something that waits until a point in time. */
export interface Deadline {
  /** By `deadlineNow`, in milliseconds. */
  readonly deadlineAt: number;
  /** Called once, at most {@link DEADLINE_RESOLUTION_MS} late, unless it was removed before. */
  onDeadline(): void;
}

/** How late a deadline may be noticed, in milliseconds. */
export const DEADLINE_RESOLUTION_MS = 10;

/**
 * Watches any number of deadlines with one timer. A timer of its own for each call costs more than the rest of the
 * call's bookkeeping; a set that is looked through a hundred times a second costs next to nothing.
 */
export class DeadlineWatch {
  private readonly entries = new Set<Deadline>();
  private timer: NodeJS.Timeout | undefined;

  add(entry: Deadline): void {
    this.entries.add(entry);
    this.timer ??= setInterval(this.look, DEADLINE_RESOLUTION_MS);
  }

  remove(entry: Deadline): void {
    this.entries.delete(entry);
  }

  private readonly look = (): void => {
    const now = deadlineNow();
    for (const entry of this.entries) {
      if (entry.deadlineAt > now) continue;
      this.entries.delete(entry);
      entry.onDeadline();
    }
    // Only here, so that a busy process does not start and stop the timer with every call.
    if (this.entries.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
  };
}

/** The process's one watch. */
export const deadlines = new DeadlineWatch();
