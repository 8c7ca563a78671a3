import type { ProvisionRealmKeys as Contract, ReplyOf, RequestOf } from '#contracts';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { EnsureActiveKey } from './ensure-active-key.js';

/** Makes a realm's first signing key. Idempotent. */
@Injectable()
export class ProvisionRealmKeys {
  constructor(private readonly ensureActiveKey: EnsureActiveKey) {}

  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<ReplyOf<typeof Contract>> {
    await this.ensureActiveKey.execute({ id: request.realmId, name: request.realmName }, request.algorithm, context);
    return {};
  }
}
