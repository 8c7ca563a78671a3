/** Tells the operator the password that was made for the first administrator: the only time anybody sees it. */
export abstract class BootstrapNotice {
  /**
   * Must have told before it returns: the administrator is committed right after. Throwing keeps the administrator from
   * being made, so that the next start tries again.
   */
  abstract passwordGenerated(username: string, password: string): void;
}
