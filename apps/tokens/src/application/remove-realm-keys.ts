import { SnapshotWriter } from '#cache';
import { SIGNING_ALGORITHMS, type RemoveRealmKeys as Contract, type ReplyOf, type RequestOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { SigningKeyRepository } from '../domain/signing-key.repository.js';
import { activeKeyTarget } from './active-key-snapshot.js';
import { VerificationKeys } from './verification-keys.js';

/** Removes every key of a deleted realm. Idempotent. */
@Injectable()
export class RemoveRealmKeys {
  constructor(
    private readonly repository: SigningKeyRepository,
    private readonly writer: SnapshotWriter,
    private readonly verificationKeys: VerificationKeys,
  ) {}

  async execute({ realmId }: RequestOf<typeof Contract>): Promise<ReplyOf<typeof Contract>> {
    const targets = SIGNING_ALGORITHMS.map((algorithm) => activeKeyTarget({ realmId, algorithm }));
    await this.writer.change(targets, async () => {
      const version = await this.repository.removeRealm(realmId);
      return { result: undefined, snapshots: targets.map((target) => ({ ...target, version, value: null })) };
    });
    this.verificationKeys.forget(realmId);
    return {};
  }
}
