import { SnapshotReader, SnapshotWriter } from '#cache';
import { RealmSnapshot, type ReplyOf, type RequestOf, type RotateSigningKey as Contract } from '#contracts';
import { Outbox } from '#database';
import { AppError } from '#errors';
import { requireTimeLeft, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { isRealmName } from '../domain/issuers.js';
import { signingKeyInfo } from '../domain/signing-key.js';
import { SigningKeyRepository } from '../domain/signing-key.repository.js';
import { activeKeyTarget, publishedActiveKey } from './active-key-snapshot.js';
import { MakeSigningKey } from './make-signing-key.js';

/**
 * Replaces the active key of the realm's default algorithm, on every instance before it answers (G2). The old one stays
 * published until every token it may have signed has expired.
 */
@Injectable()
export class RotateSigningKey {
  constructor(
    private readonly snapshots: SnapshotReader,
    private readonly writer: SnapshotWriter,
    private readonly repository: SigningKeyRepository,
    private readonly maker: MakeSigningKey,
    private readonly outbox: Outbox,
  ) {}

  /** @throws AppError `not_found` for no such realm, `conflict` when others keep rotating the same key, `unavailable`, and
   *   `deadline_exceeded` when the caller has given up meanwhile. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<ReplyOf<typeof Contract>> {
    const { actor, realmId, realmName } = request;
    const realm = isRealmName(realmName) ? await this.snapshots.read(RealmSnapshot, realmName, context) : null;
    if (realm?.id !== realmId) throw new AppError('not_found', { detail: 'There is no such realm.' });
    const algorithm = realm.settings.defaultSigningAlgorithm;
    const { key, event } = await this.maker.execute('signing_key.rotated', realm, algorithm, actor, context);
    const rotated = await this.writer.change([activeKeyTarget(key)], async () => {
      const result = await this.repository.rotate(key, (replaced) => {
        requireTimeLeft(context);
        return event(replaced?.kid ?? null);
      });
      return { result, snapshots: [publishedActiveKey(result)] };
    });
    await this.outbox.flush(context);
    return signingKeyInfo(rotated);
  }
}
