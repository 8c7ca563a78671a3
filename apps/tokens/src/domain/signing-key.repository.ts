import type { AuditEvent, SigningAlgorithm } from '#contracts';
import type { KeyAddress, NewSigningKey, SigningKey } from './signing-key.js';

/** The store of signing keys. Changes take their audit event with them: both are written or neither. */
export abstract class SigningKeyRepository {
  abstract findActive(realmId: string, algorithm: SigningAlgorithm): Promise<SigningKey | null>;

  /** The active keys of all these, in any order. */
  abstract listActive(addresses: readonly KeyAddress[]): Promise<readonly SigningKey[]>;

  /** Keys that belong into the key set at `now`, newest first. */
  abstract listPublished(realmId: string, now: Date): Promise<readonly SigningKey[]>;

  /** Every key of a realm, newest first. */
  abstract list(realmId: string): Promise<readonly SigningKey[]>;

  /**
   * Stores a key as the active one of its realm and algorithm unless there is one; of any number at once exactly one wins.
   *
   * @returns the active key: the given one or the one that was there. `event` is kept only when the given one won.
   */
  abstract addActive(key: NewSigningKey, event: AuditEvent): Promise<SigningKey>;

  /**
   * Retires the active key of the realm and algorithm (if any) and makes `key` the active one.
   *
   * @param event called last before the commit with the key that was retired; what it throws undoes the rotation.
   * @throws AppError `conflict` when another rotation of the same key keeps getting in between.
   */
  abstract rotate(key: NewSigningKey, event: (replaced: SigningKey | null) => AuditEvent): Promise<SigningKey>;

  /**
   * Makes sure that the key's longest lifetime is at least `seconds`, while it is active.
   *
   * @returns false when it is not active any more (then it must not sign).
   */
  abstract raiseLongestLifetime(realmId: string, kid: string, seconds: number): Promise<boolean>;

  /** Removes every key of a realm. @returns the snapshot version of their absence. */
  abstract removeRealm(realmId: string): Promise<number>;

  /** Removes retired keys whose time in the key set is over at `now`; returns how many. */
  abstract removeExpired(now: Date): Promise<number>;
}
