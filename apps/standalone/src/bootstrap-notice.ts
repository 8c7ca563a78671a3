import { BootstrapNotice } from '../../identity/src/index.js';

/** Keeps the generated password until the program is ready and can show it beside the address. */
export class RememberedNotice extends BootstrapNotice {
  password: string | null = null;

  override passwordGenerated(username: string, password: string): void {
    this.password = password;
    // At once, before the administrator is made: a crash from here on must not leave a password that nobody has seen.
    process.stdout.write(`\n  administrator ${username}, password ${password} (shown this once: keep it)\n`);
  }
}
