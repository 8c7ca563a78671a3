import { SnapshotWriter } from '#cache';
import type { SigningAlgorithm } from '#contracts';
import { Outbox } from '#database';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import type { SigningKey } from '../domain/signing-key.js';
import { SigningKeyRepository } from '../domain/signing-key.repository.js';
import { activeKeyTarget, publishedActiveKey } from './active-key-snapshot.js';
import { MakeSigningKey, type KeyRealm } from './make-signing-key.js';

/** Makes a realm's active key of an algorithm unless there is one; of any number at once one wins. */
@Injectable()
export class EnsureActiveKey {
  constructor(
    private readonly repository: SigningKeyRepository,
    private readonly maker: MakeSigningKey,
    private readonly writer: SnapshotWriter,
    private readonly outbox: Outbox,
  ) {}

  /** @returns the active key, read after this was called. @throws AppError `unavailable`. */
  async execute(realm: KeyRealm, algorithm: SigningAlgorithm, context: CallContext): Promise<SigningKey> {
    const active = await this.repository.findActive(realm.id, algorithm);
    if (active !== null) return active;
    const { key, event } = await this.maker.execute('signing_key.created', realm, algorithm, null, context);
    const winner = await this.writer.change([activeKeyTarget(key)], async () => {
      const result = await this.repository.addActive(key, event(null));
      return { result, snapshots: [publishedActiveKey(result)] };
    });
    await this.outbox.flush(context);
    return winner;
  }
}
