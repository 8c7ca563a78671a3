import { SnapshotReader } from '#cache';
import { RealmSnapshot, type ReadMetadata as Contract, type ReplyOf, type RequestOf } from '#contracts';
import { AppError } from '#errors';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { isRealmName, Issuers } from '../domain/issuers.js';
import { encodeMetadata } from '../domain/metadata.js';

/** A realm's metadata. */
@Injectable()
export class ReadMetadata {
  constructor(
    private readonly snapshots: SnapshotReader,
    private readonly issuers: Issuers,
  ) {}

  /** @throws AppError `not_found` for no such realm. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<ReplyOf<typeof Contract>> {
    const realm = isRealmName(request.realm) ? await this.snapshots.read(RealmSnapshot, request.realm, context) : null;
    if (realm === null) throw new AppError('not_found', { detail: 'There is no such realm.' });
    return { body: encodeMetadata(this.issuers.of(realm.name), realm.settings.defaultSigningAlgorithm) };
  }
}
