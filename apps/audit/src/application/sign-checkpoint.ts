import { signCheckpoint } from '#transparency';
import { Injectable } from '@nestjs/common';
import { originOf, CheckpointKeys } from '../domain/checkpoint-keys.js';
import { Checkpoints, type StoredCheckpoint } from '../domain/checkpoints.js';
import { LogTrees } from '../domain/log-trees.js';
import type { RealmScopeId } from '../domain/realm-scope.js';

/** Signs a realm's tree as it is now, unless its last checkpoint says the same. */
@Injectable()
export class SignCheckpoint {
  constructor(
    private readonly trees: LogTrees,
    private readonly checkpoints: Checkpoints,
    private readonly keys: CheckpointKeys,
  ) {}

  async execute(realmId: RealmScopeId): Promise<StoredCheckpoint> {
    const range = await this.trees.head(realmId);
    const { size } = range;
    const signed = await this.checkpoints.ofSize(realmId, size);
    if (signed !== null) return signed;
    const rootHash = range.root();
    const note = signCheckpoint({ origin: originOf(realmId), size, rootHash }, await this.keys.signerOf(realmId));
    await this.checkpoints.add(realmId, { size, rootHash, note });
    const added = await this.checkpoints.ofSize(realmId, size);
    if (added === null) throw new Error('a checkpoint vanished as it was added');
    return added;
  }
}
