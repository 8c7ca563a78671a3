import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { isMasterKey } from './master-key-format.js';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';

/** A private key at rest: encrypted with a data key of its own, which the master key wraps. All base64url. */
export interface SealedPrivateKey {
  readonly masterKeyId: string;
  readonly wrappedDataKey: string;
  readonly ciphertext: string;
}

/**
 * The key that encrypts signing keys at rest: an AES-256-GCM envelope. Each row has a random data key of its own, which the
 * master key wraps; both layers are bound to the row (`boundTo`), so neither can be moved to another.
 */
export class MasterKey {
  /** Names the key without telling anything of it, to recognise rows of another one. */
  readonly id: string;
  private readonly key: KeyObject;

  /** @param base64 32 bytes */
  constructor(base64: string) {
    if (!isMasterKey(base64)) throw new Error('CHANCERY_MASTER_KEY must be the base64 of exactly 32 bytes');
    this.key = createSecretKey(base64, 'base64');
    this.id = createHmac('sha256', this.key).update('chancery master key id').digest('base64url').slice(0, 16);
  }

  /** Encrypts a private key for one place and no other. */
  seal(plaintext: Uint8Array, boundTo: string): SealedPrivateKey {
    const dataKey = randomBytes(KEY_BYTES);
    try {
      return {
        masterKeyId: this.id,
        wrappedDataKey: encrypt(this.key, dataKey, `data-key:${boundTo}`),
        ciphertext: encrypt(createSecretKey(dataKey), plaintext, `private-key:${boundTo}`),
      };
    } finally {
      dataKey.fill(0);
    }
  }

  /** @throws Error when it was sealed with another key, altered, or bound to something else. */
  open(sealed: SealedPrivateKey, boundTo: string): Buffer {
    if (sealed.masterKeyId !== this.id) {
      throw new Error(
        `A signing key was encrypted with another master key (${sealed.masterKeyId}, not ${this.id}): check CHANCERY_MASTER_KEY`,
      );
    }
    const dataKey = decrypt(this.key, sealed.wrappedDataKey, `data-key:${boundTo}`);
    try {
      return decrypt(createSecretKey(dataKey), sealed.ciphertext, `private-key:${boundTo}`);
    } finally {
      dataKey.fill(0);
    }
  }
}

/** iv ‖ ciphertext ‖ tag, base64url. A random iv is safe: each data key encrypts once, the master key a few times a realm. */
function encrypt(key: KeyObject, plaintext: Uint8Array, aad: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(aad));
  return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

function decrypt(key: KeyObject, sealed: string, aad: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < IV_BYTES + TAG_BYTES) throw new Error('A sealed signing key is too short');
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(aad));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
}
