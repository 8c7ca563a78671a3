import { AppError } from '#errors';
import { Injectable } from '@nestjs/common';
import { Checkpoints, type StoredCheckpoint } from '../domain/checkpoints.js';
import { treeOf, type TreeScope } from '../domain/realm-scope.js';
import { SignCheckpoint } from './sign-checkpoint.js';

/** Reads the last checkpoint of a tree, or the one of a size. Where none was signed yet, one is. */
@Injectable()
export class ReadCheckpoint {
  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly signCheckpoint: SignCheckpoint,
  ) {}

  async execute(query: {
    readonly realm: { readonly name: string; readonly id: string };
    readonly scope: TreeScope;
    readonly size: number | null;
  }): Promise<StoredCheckpoint> {
    const realmId = treeOf(query.realm, query.scope);
    if (query.size === null) {
      return (await this.checkpoints.latest(realmId)) ?? (await this.signCheckpoint.execute(realmId));
    }
    const checkpoint = await this.checkpoints.ofSize(realmId, query.size);
    if (checkpoint !== null) return checkpoint;
    throw new AppError('not_found', {
      detail: 'No checkpoint was signed at this size.',
      reason: 'unknown_checkpoint',
    });
  }
}
