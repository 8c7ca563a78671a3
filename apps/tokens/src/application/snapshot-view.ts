import { type SnapshotReader } from '#cache';
import type { SnapshotContract, SnapshotOf } from '#contracts';
import type { CallContext } from '#messaging';

interface StartedRead {
  readonly contract: SnapshotContract;
  readonly key: string;
  readonly value: Promise<unknown>;
}

const unhandled = (): void => {};

/**
 * One request's view of the snapshots: each is read once, after the request arrived (G2). Reads that are likely needed can be
 * started ahead; they then share the round trip of the first. Whoever uses a value verifies that it belongs to what has been
 * verified before: a key started from a hint proves nothing.
 */
export class SnapshotView {
  private readonly started: StartedRead[] = [];

  constructor(
    private readonly reader: SnapshotReader,
    private readonly context: CallContext,
  ) {}

  /** @throws AppError `unavailable` when neither the store nor the owner answers. */
  read<S extends SnapshotContract>(contract: S, key: string): Promise<SnapshotOf<S> | null> {
    for (const read of this.started) {
      if (read.contract === contract && read.key === key) return read.value as Promise<SnapshotOf<S> | null>;
    }
    const value = this.reader.read(contract, key, this.context);
    // A read started ahead may turn out not to be needed; its failure is then nobody's.
    value.catch(unhandled);
    this.started.push({ contract, key, value });
    return value;
  }
}
