import { fromBase64, toBase64 } from '../base64.js';
import {
  isKeyName,
  isSignatureOf,
  KEY_ID_BYTES,
  signBytes,
  type NoteSigner,
  type VerifierKey,
} from './verifier-key.js';

/** More than a note of this product ever has; longer ones are refused unread. */
const LONGEST_NOTE = 16_384;
const MOST_SIGNATURES = 100;
const SIGNATURE_PREFIX = '\u2014 ';

/** One signature line of a note. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** A note taken apart; nothing is verified yet. */
export interface SignedNote {
  /** What is signed; ends in a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A text that is no note, or whose signatures do not hold. */
export class NoteError extends Error {
  override readonly name = 'NoteError';
}

/** Signs a text, which ends in a newline and has no other control character (C2SP signed-note). */
export function signNote(text: string, signer: NoteSigner): string {
  if (!isNoteText(text)) throw new NoteError('the text of a note ends in a newline and has no other control character');
  const { verifier } = signer;
  const signature = Buffer.concat([verifier.id, signBytes(signer, Buffer.from(text))]);
  return `${text}\n${SIGNATURE_PREFIX}${verifier.name} ${toBase64(signature)}\n`;
}

/** Takes a note apart. @throws NoteError for anything else than the form of C2SP signed-note. */
export function parseNote(note: string): SignedNote {
  if (note.length > LONGEST_NOTE) throw new NoteError('the note is too long');
  const split = note.lastIndexOf('\n\n');
  if (split < 0) throw new NoteError('the note has no signatures');
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2);
  if (!isNoteText(text) || !lines.endsWith('\n')) throw new NoteError('the note is malformed');
  const signatures = lines.slice(0, -1).split('\n').map(parseSignature);
  if (signatures.length > MOST_SIGNATURES) throw new NoteError('the note has too many signatures');
  return { text, signatures };
}

/**
 * Verifies a note and gives its text. Signatures of keys that are not given are passed over; one that a given key should
 * have made and did not, spoils the note.
 *
 * @throws NoteError when it is malformed, a signature does not hold, or none is by a given key.
 */
export function openNote(note: string, keys: readonly VerifierKey[]): string {
  const { text, signatures } = parseNote(note);
  const bytes = Buffer.from(text);
  let verified = 0;
  for (const { name, keyId, signature } of signatures) {
    const key = keys.find((candidate) => candidate.name === name && Buffer.compare(candidate.id, keyId) === 0);
    if (key === undefined) continue;
    if (!isSignatureOf(key, bytes, signature)) throw new NoteError('the signature of the note does not hold');
    verified += 1;
  }
  if (verified === 0) throw new NoteError('the note is not signed with the given key');
  return text;
}

function parseSignature(line: string): NoteSignature {
  const parts = line.startsWith(SIGNATURE_PREFIX) ? line.slice(SIGNATURE_PREFIX.length).split(' ') : [];
  const [name, encoded] = parts;
  if (parts.length !== 2 || name === undefined || encoded === undefined || !isKeyName(name)) {
    throw new NoteError('the note has a malformed signature line');
  }
  const bytes = fromBase64(encoded);
  if (bytes === null || bytes.length <= KEY_ID_BYTES) throw new NoteError('the note has a malformed signature');
  return { name, keyId: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) };
}

function isNoteText(text: string): boolean {
  return text.endsWith('\n') && text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f\u007f]/.test(text);
}
