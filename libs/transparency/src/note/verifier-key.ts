import { createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';
import { fromBase64, toBase64 } from '../base64.js';

/** C2SP signed-note: the byte before the public key that says Ed25519. */
const ED25519 = 1;
const PUBLIC_KEY_BYTES = 32;
/** Length of the id of a key, in bytes. */
export const KEY_ID_BYTES = 4;

/** The public half of a key that signs notes. */
export interface VerifierKey {
  readonly name: string;
  /** Four bytes that tell keys of one name apart; no proof of anything. */
  readonly id: Uint8Array;
  /** The raw Ed25519 public key, 32 bytes (RFC 8032 §5.1.5). */
  readonly publicKey: Uint8Array;
}

/** A key that signs notes under a name. */
export interface NoteSigner {
  readonly verifier: VerifierKey;
  readonly privateKey: KeyObject;
}

/** C2SP signed-note: not empty, no Unicode space, no plus; and here nothing that steers a terminal. */
export function isKeyName(name: string): boolean {
  return name.length > 0 && name.isWellFormed() && !/[\s+\p{Cc}\p{Zs}]/u.test(name);
}

/** Makes the key of a name: its id is `SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)[:4]`. @throws RangeError for no such key. */
export function verifierKey(name: string, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name)) throw new RangeError('a key name is not empty and has neither spaces nor a plus');
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new RangeError('an Ed25519 public key has 32 bytes');
  const named = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([ED25519]), publicKey]);
  return { name, id: hash('sha256', named, 'buffer').subarray(0, KEY_ID_BYTES), publicKey: Uint8Array.from(publicKey) };
}

/** Writes a key as `<name>+<id in hex>+<base64(0x01 ‖ public key)>`. */
export function formatVerifierKey({ name, id, publicKey }: VerifierKey): string {
  return `${name}+${Buffer.from(id).toString('hex')}+${toBase64(Buffer.concat([Buffer.from([ED25519]), publicKey]))}`;
}

/** Reads what `formatVerifierKey` wrote. @throws RangeError saying what is wrong. */
export function parseVerifierKey(text: string): VerifierKey {
  // The base64 may hold pluses, the name may not.
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  if (name === undefined || id === undefined || encoded === undefined) {
    throw new RangeError('a verifier key has the form <name>+<8 hex digits>+<base64>');
  }
  const bytes = fromBase64(encoded);
  if (bytes === null || bytes[0] !== ED25519 || bytes.length !== 1 + PUBLIC_KEY_BYTES) {
    throw new RangeError('the verifier key is no Ed25519 key');
  }
  const key = verifierKey(name, bytes.subarray(1));
  if (Buffer.from(key.id).toString('hex') !== id)
    throw new RangeError('the id of the verifier key belongs to another key');
  return key;
}

/** Signs bytes with Ed25519 (RFC 8032). */
export function signBytes(signer: NoteSigner, bytes: Uint8Array): Uint8Array {
  return sign(null, bytes, signer.privateKey);
}

/** Whether the key made the signature over the bytes. */
export function isSignatureOf(key: VerifierKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  const x = Buffer.from(key.publicKey).toString('base64url');
  return verify(null, bytes, createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } }), signature);
}
