import { randomInt } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

/** Below the 32 bits of the sequence by so much that one millisecond cannot use it up. */
const FIRST_BELOW = 2 ** 31;

/** Ids that carry the time of what they name and follow the order of making (RFC 9562 §6.2, method 1). */
export class EventIds {
  private milliseconds = Number.NaN;
  private sequence = 0;

  /** A UUIDv7 of `time`: larger than those this object made before for the same or an earlier time. */
  next(time: Date): string {
    const msecs = time.getTime();
    this.sequence = msecs === this.milliseconds ? this.sequence + 1 : randomInt(FIRST_BELOW);
    this.milliseconds = msecs;
    return uuidv7({ msecs, seq: this.sequence });
  }
}
