/** That a secret was used. */
export interface SecretUse {
  readonly realmId: string;
  readonly secretId: string;
  /** The beginning of the minute. */
  readonly usedAt: Date;
}

/** Keeps when secrets were last used. Also the dependency-injection token. */
export abstract class SecretUseRepository {
  /**
   * Moves the last uses forward, never back; secrets that do not exist are passed over. It waits for nobody: what somebody else
   * has locked comes back by id, to be tried again.
   */
  abstract touch(uses: readonly SecretUse[]): Promise<readonly string[]>;
}
