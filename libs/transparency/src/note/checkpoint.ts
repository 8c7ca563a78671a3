import { hashFromBase64, toBase64 } from '../base64.js';
import { HASH_BYTES } from '../tree/hashes.js';
import { isTreeSize } from '../tree/ranges.js';
import { NoteError, openNote, parseNote, signNote } from './signed-note.js';
import { isKeyName, type NoteSigner, type VerifierKey } from './verifier-key.js';

/** What a checkpoint says of a tree (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Names the log, for all time; also the name of the key that signs. */
  readonly origin: string;
  readonly size: number;
  readonly rootHash: Uint8Array;
}

/** Writes and signs a checkpoint: origin, size in decimal, root in base64, each on its line. */
export function signCheckpoint({ origin, size, rootHash }: Checkpoint, signer: NoteSigner): string {
  if (!isKeyName(origin) || !isTreeSize(size) || rootHash.length !== HASH_BYTES) {
    throw new RangeError('a checkpoint has an origin, a size and a hash of 32 bytes');
  }
  return signNote(`${origin}\n${size}\n${toBase64(rootHash)}\n`, signer);
}

/**
 * Verifies a checkpoint: the signature, and that it is of the log `key.name`, of which it must be.
 *
 * @throws NoteError saying what is wrong.
 */
export function openCheckpoint(note: string, keys: readonly VerifierKey[]): Checkpoint {
  const checkpoint = parseCheckpointText(openNote(note, keys));
  if (!keys.some(({ name }) => name === checkpoint.origin)) throw new NoteError('the checkpoint is of another log');
  return checkpoint;
}

/** Reads a checkpoint without verifying its signatures. @throws NoteError when it is malformed. */
export function readCheckpoint(note: string): Checkpoint {
  return parseCheckpointText(parseNote(note).text);
}

function parseCheckpointText(text: string): Checkpoint {
  const [origin = '', size = '', root = '', ...extensions] = text.slice(0, -1).split('\n');
  const rootHash = hashFromBase64(root);
  if (origin === '' || extensions.includes('')) throw new NoteError('the checkpoint is malformed');
  if (!/^(0|[1-9][0-9]{0,15})$/.test(size) || !isTreeSize(Number(size))) {
    throw new NoteError('the size in the checkpoint is no decimal number');
  }
  if (rootHash === null) throw new NoteError('the root in the checkpoint is no hash');
  return { origin, size: Number(size), rootHash };
}
