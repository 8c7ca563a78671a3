import { Injectable } from '@nestjs/common';
import { Checkpoints, type StoredCheckpoint } from '../domain/checkpoints.js';
import { treeOf, type TreeScope } from '../domain/realm-scope.js';

/** A page of the history of checkpoints, largest first. */
export interface CheckpointPage {
  readonly checkpoints: readonly StoredCheckpoint[];
  /** Size below which the next page begins; null on the last page. */
  readonly next: number | null;
  readonly total: number;
}

/** Lists the checkpoints of a tree, largest first. */
@Injectable()
export class ListCheckpoints {
  constructor(private readonly checkpoints: Checkpoints) {}

  async execute(query: {
    readonly realm: { readonly name: string; readonly id: string };
    readonly scope: TreeScope;
    readonly before: number | null;
    readonly limit: number;
  }): Promise<CheckpointPage> {
    const realmId = treeOf(query.realm, query.scope);
    const found = await this.checkpoints.list(realmId, query.before, query.limit + 1);
    const checkpoints = found.slice(0, query.limit);
    return {
      checkpoints,
      next: found.length > query.limit ? (checkpoints.at(-1)?.size ?? null) : null,
      total: await this.checkpoints.count(realmId),
    };
  }
}
