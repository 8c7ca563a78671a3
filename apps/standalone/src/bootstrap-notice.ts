import { BootstrapNotice } from '../../identity/src/index.js';

/** Keeps the generated password until the program is ready and can show it beside the address. */
export class RememberedNotice extends BootstrapNotice {
  password: string | null = null;

  override passwordGenerated(_username: string, password: string): void {
    this.password = password;
  }
}
