import type { SigningAlgorithm } from '#contracts';
import type { webcrypto } from 'node:crypto';
import type { NewSigningKey, SigningKey } from './signing-key.js';

/** A key that can be used but not read. */
export type KeyHandle = webcrypto.CryptoKey;

/** Makes key pairs and seals and opens their private halves. The only place that sees one in plain form. */
export abstract class KeyVault {
  /** Makes a key pair; the private half comes back sealed. */
  abstract generate(realmId: string, algorithm: SigningAlgorithm): Promise<Omit<NewSigningKey, 'createdAt'>>;

  /**
   * Opens the private half for signing; it cannot be exported again.
   *
   * @throws AppError `internal` when it was sealed with another master key, or altered, or belongs to another row.
   */
  abstract openPrivate(key: SigningKey): Promise<KeyHandle>;

  /** Imports the public half for verifying. */
  abstract openPublic(key: Pick<SigningKey, 'algorithm' | 'publicJwk'>): Promise<KeyHandle>;
}
