import { Setting } from '#config';
import { IsMasterKey } from '#envelope';
import { ForwardingSettings } from './forwarding.config.js';

/** Settings of the audit service. */
export class AuditSettings extends ForwardingSettings {
  @Setting({
    name: 'CHANCERY_MASTER_KEY',
    description:
      'Encrypts the keys that sign checkpoints of the log: 32 random bytes in base64 (openssl rand -base64 32).',
    type: 'string',
    required: true,
    secret: true,
  })
  @IsMasterKey()
  masterKey!: string;
}
