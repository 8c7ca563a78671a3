import { SnapshotReader } from '#cache';
import { RealmSnapshot, type ReplyOf, type RequestOf, type RotateSigningKey as Contract } from '#contracts';
import { Outbox } from '#database';
import { AppError } from '#errors';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { isRealmName } from '../domain/issuers.js';
import { signingKeyInfo } from '../domain/signing-key.js';
import { SigningKeyRepository } from '../domain/signing-key.repository.js';
import { MakeSigningKey } from './make-signing-key.js';
import { SigningKeys } from './signing-keys.js';

/**
 * Replaces the active key of the realm's default algorithm. This instance signs with the new one at once, the others within
 * `ACTIVE_KEY_CACHE_MS`; the old one stays published until every token it may have signed has expired.
 */
@Injectable()
export class RotateSigningKey {
  constructor(
    private readonly snapshots: SnapshotReader,
    private readonly repository: SigningKeyRepository,
    private readonly maker: MakeSigningKey,
    private readonly signingKeys: SigningKeys,
    private readonly outbox: Outbox,
  ) {}

  /** @throws AppError `not_found` for no such realm, `conflict` when others keep rotating the same key. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<ReplyOf<typeof Contract>> {
    const { actor, realmId, realmName } = request;
    const realm = isRealmName(realmName) ? await this.snapshots.read(RealmSnapshot, realmName, context) : null;
    if (realm?.id !== realmId) throw new AppError('not_found', { detail: 'There is no such realm.' });
    const algorithm = realm.settings.defaultSigningAlgorithm;
    const { key, event } = await this.maker.execute('signing_key.rotated', realm, algorithm, actor, context);
    const rotated = await this.repository.rotate(key, event);
    this.signingKeys.forget(realmId, algorithm);
    await this.outbox.flush(context);
    return signingKeyInfo(rotated);
  }
}
