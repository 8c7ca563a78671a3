import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BLOCK_BYTES = 4_096;

/** A disk of a test's own that can be filled, and made read-only, under whoever uses it. Takes root, as CI has. */
export class SmallDisk {
  /** Whether this machine lets tests mount anything. */
  static readonly isPossible = process.platform === 'linux' && process.getuid?.() === 0;

  private constructor(
    readonly folder: string,
    private readonly image: string | null,
  ) {}

  /** A disk in memory. */
  static inMemory(megabytes: number): SmallDisk {
    const disk = new SmallDisk(mkdtempSync(join(tmpdir(), 'chancery-disk-')), null);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${String(megabytes)}m`, 'tmpfs', disk.folder]);
    return disk;
  }

  /** A disk in a file, which can be made read-only. Null where the machine lends no loop device. */
  static inFile(megabytes: number): SmallDisk | null {
    const folder = mkdtempSync(join(tmpdir(), 'chancery-disk-'));
    const disk = new SmallDisk(folder, `${folder}.image`);
    try {
      execFileSync('truncate', ['--size', `${String(megabytes)}M`, `${folder}.image`]);
      execFileSync('mkfs.ext4', ['-q', `${folder}.image`], { stdio: 'ignore' });
      disk.mountAgain();
      return disk;
    } catch {
      disk.remove();
      return null;
    }
  }

  /** Takes no write any more, as a disk that reports errors; for one in a file. What was synced stays. */
  refuseWrites(): void {
    execFileSync('sync', ['--file-system', this.folder]);
    execFileSync('mount', ['-o', 'remount,abort', this.folder], { stdio: 'ignore' });
  }

  /** As good as new, after `refuseWrites`; whoever uses it must be gone. */
  repair(): void {
    execFileSync('umount', [this.folder]);
    // Its status is 1 when it had something to repair.
    spawnSync('fsck.ext4', ['-p', this.image ?? ''], { stdio: 'ignore' });
    this.mountAgain();
  }

  private mountAgain(): void {
    execFileSync('mount', ['-o', 'loop', this.image ?? '', this.folder], { stdio: 'ignore' });
  }

  /** Uses all that is left of it. */
  fill(): void {
    const file = openSync(this.filler, 'a');
    try {
      for (const block = Buffer.alloc(BLOCK_BYTES); ;) writeSync(file, block);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  /** Gives back what `fill` took. */
  free(): void {
    rmSync(this.filler, { force: true });
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize;
  }

  /** Takes it away with everything on it; whoever uses it must be gone. */
  remove(): void {
    spawnSync('umount', ['--lazy', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
    if (this.image !== null) rmSync(this.image, { force: true });
  }

  private get filler(): string {
    return join(this.folder, 'filler');
  }
}
