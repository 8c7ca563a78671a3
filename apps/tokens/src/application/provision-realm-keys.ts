import type { ProvisionRealmKeys as Contract, ReplyOf, RequestOf } from '#contracts';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { SigningKeys } from './signing-keys.js';

/** Makes a realm's first signing key. Idempotent. */
@Injectable()
export class ProvisionRealmKeys {
  constructor(private readonly keys: SigningKeys) {}

  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<ReplyOf<typeof Contract>> {
    await this.keys.ensureActive({ id: request.realmId, name: request.realmName }, request.algorithm, context);
    return {};
  }
}
