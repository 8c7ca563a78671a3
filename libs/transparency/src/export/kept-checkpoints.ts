import { openCheckpoint, type Checkpoint } from '../note/checkpoint.js';
import { type VerifierKey } from '../note/verifier-key.js';
import { type CompactRange } from '../tree/compact-range.js';
import { sameHash } from '../tree/hashes.js';
import { verifyConsistency } from '../tree/verify.js';

/** A checkpoint that somebody kept, and which must be a part of today's log. */
export interface KeptCheckpoint {
  readonly note: string;
  /** From its size to that of the export; needed only where the export does not pass by its size. */
  readonly proof?: ConsistencyProof;
}

/** A consistency proof between two sizes (RFC 9162 §2.1.4). */
export interface ConsistencyProof {
  readonly size1: number;
  readonly size2: number;
  readonly path: readonly Uint8Array[];
}

/** Compares kept checkpoints with the log as it passes by. */
export class KeptCheckpoints {
  private readonly waiting: { readonly checkpoint: Checkpoint; readonly proof: ConsistencyProof | undefined }[];

  /** @throws NoteError when one is not signed by the keys. */
  constructor(kept: readonly KeptCheckpoint[], keys: readonly VerifierKey[]) {
    this.waiting = kept
      .map(({ note, proof }) => ({ checkpoint: openCheckpoint(note, keys), proof }))
      .sort((a, b) => a.checkpoint.size - b.checkpoint.size);
  }

  /** Compares those of the tree's present size. @returns what is wrong, or null. */
  compare(tree: CompactRange, origin: string): string | null {
    for (let at = 0; at < this.waiting.length; at += 1) {
      const { checkpoint } = this.waiting[at] ?? {};
      if (checkpoint === undefined || checkpoint.size > tree.size) return null;
      if (checkpoint.origin !== origin) return 'the kept checkpoint is of another log';
      if (checkpoint.size < tree.size) continue;
      if (!sameHash(checkpoint.rootHash, tree.root())) return changedBefore(checkpoint.size);
      this.waiting.splice(at, 1);
      at -= 1;
    }
    return null;
  }

  /** Judges those whose size the export did not pass by. */
  finish(last: Checkpoint | null): { readonly fault: string | null; readonly notes: readonly string[] } {
    const notes: string[] = [];
    for (const { checkpoint, proof } of this.waiting) {
      const { size, rootHash } = checkpoint;
      if (last === null || size > last.size) {
        return { fault: `the log had ${size} records when the kept checkpoint was signed; now it has fewer`, notes };
      }
      if (proof === undefined) {
        notes.push(
          `the kept checkpoint of ${size} records lies before or within what this export leaves out: not compared`,
        );
      } else if (
        proof.size1 !== size ||
        proof.size2 !== last.size ||
        !verifyConsistency({ size1: size, root1: rootHash, size2: last.size, root2: last.rootHash, path: proof.path })
      ) {
        return { fault: changedBefore(size), notes };
      }
    }
    return { fault: null, notes };
  }
}

function changedBefore(size: number): string {
  return `the first ${size} records are not those of the kept checkpoint: history was rewritten`;
}
