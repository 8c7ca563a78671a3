import { SIGNING_ALGORITHMS, type RemoveRealmKeys as Contract, type ReplyOf, type RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { SigningKeyRepository } from '../domain/signing-key.repository.js';
import { SigningKeys } from './signing-keys.js';
import { VerificationKeys } from './verification-keys.js';

/** Removes every key of a deleted realm. Idempotent. */
@Injectable()
export class RemoveRealmKeys {
  constructor(
    private readonly repository: SigningKeyRepository,
    private readonly signingKeys: SigningKeys,
    private readonly verificationKeys: VerificationKeys,
  ) {}

  async execute({ realmId }: RequestOf<typeof Contract>): Promise<ReplyOf<typeof Contract>> {
    await this.repository.removeRealm(realmId);
    for (const algorithm of SIGNING_ALGORITHMS) this.signingKeys.forget(realmId, algorithm);
    this.verificationKeys.forget(realmId);
    return {};
  }
}
