import { ValidateBy } from 'class-validator';
import { isMasterKey } from './master-key-format.js';

/** Property decorator for the setting that holds the master key: the canonical base64 of exactly 32 bytes. */
export function IsMasterKey(): PropertyDecorator {
  return ValidateBy(
    { name: 'isMasterKey', validator: { validate: isMasterKey } },
    { message: 'must be the base64 of exactly 32 bytes; make one with: openssl rand -base64 32' },
  );
}
