import { closeSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** More than recovery after a crash takes: a segment of the write-ahead log, and pages that are written anew. */
const RESERVE_BYTES = 24 * 1_024 * 1_024;
const BLOCK = Buffer.alloc(256 * 1_024);

/**
 * Room on the disk that is kept for the start after a crash: on a full disk recovery could not write what it must, and the database
 * would not open until somebody had made room. It is lent to recovery and taken back afterwards, so it is there the next time too.
 */
export class SpaceReserve {
  private lent = false;

  private readonly file: string;
  private readonly bytes: number;

  // Assigned by hand: Node runs this file as it stands and only leaves types out.
  /** @param file a file that nobody else needs, beside the database. */
  constructor(file: string, bytes: number = RESERVE_BYTES) {
    this.file = file;
    this.bytes = bytes;
  }

  /** Before the database is opened: gives the reserve away when the disk has less than that left. */
  lend(): void {
    if (this.size() === 0 || this.freeBytes() >= this.bytes) return;
    rmSync(this.file, { force: true });
    this.lent = true;
  }

  /** Once it is open: takes back what is left of what was lent, or makes the reserve when there is plenty of room. */
  take(): void {
    if (this.size() >= this.bytes || (!this.lent && this.freeBytes() < 4 * this.bytes)) return;
    const file = openSync(this.file, 'w', 0o600);
    try {
      for (let written = 0; written < this.bytes;) {
        written += writeSync(file, BLOCK, 0, Math.min(BLOCK.length, this.bytes - written));
      }
    } catch {
      // What fits is better than nothing.
    } finally {
      closeSync(file);
    }
  }

  private size(): number {
    return statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
  }

  private freeBytes(): number {
    const { bavail, bsize } = statfsSync(dirname(this.file));
    return bavail * bsize;
  }
}
