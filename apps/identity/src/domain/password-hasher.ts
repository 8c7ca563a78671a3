/** Turns passwords into what may be stored, and compares. */
export abstract class PasswordHasher {
  /** A PHC string that no password can be read from. */
  abstract hash(password: string): Promise<string>;
  /**
   * Whether the password fits. Without a hash it works exactly as hard and answers no, so that time does not tell who
   * exists.
   */
  abstract verify(hash: string | null, password: string): Promise<boolean>;
}
