import type { MasterKey } from '#envelope';
import { SecretBox } from '../../domain/forwarding/webhook-sender.js';
import type { SealedSecret } from '../../domain/forwarding/webhook.js';

/** Seals the secrets of webhooks with the master key, each bound to its webhook. */
export class EnvelopeSecretBox extends SecretBox {
  constructor(private readonly masterKey: MasterKey) {
    super();
  }

  seal(secret: string, webhookId: string): SealedSecret {
    return this.masterKey.seal(Buffer.from(secret), `webhook/${webhookId}`);
  }

  open(sealed: SealedSecret, webhookId: string): string {
    const plaintext = this.masterKey.open(sealed, `webhook/${webhookId}`);
    try {
      return plaintext.toString();
    } finally {
      plaintext.fill(0);
    }
  }
}
