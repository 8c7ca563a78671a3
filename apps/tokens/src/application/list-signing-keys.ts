import type { ListSigningKeys as Contract, ReplyOf, RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { signingKeyInfo } from '../domain/signing-key.js';
import { SigningKeyRepository } from '../domain/signing-key.repository.js';

/** Lists a realm's signing keys, newest first. */
@Injectable()
export class ListSigningKeys {
  constructor(private readonly repository: SigningKeyRepository) {}

  async execute({ realmId }: RequestOf<typeof Contract>): Promise<ReplyOf<typeof Contract>> {
    return { items: (await this.repository.list(realmId)).map(signingKeyInfo) };
  }
}
