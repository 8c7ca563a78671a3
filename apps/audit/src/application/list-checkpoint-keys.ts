import { Injectable } from '@nestjs/common';
import { CheckpointKeys, type PublishedKey } from '../domain/checkpoint-keys.js';
import { treeOf, type TreeScope } from '../domain/realm-scope.js';

/** Lists the public keys that a realm's checkpoints are verified with. */
@Injectable()
export class ListCheckpointKeys {
  constructor(private readonly keys: CheckpointKeys) {}

  async execute(query: {
    readonly realm: { readonly name: string; readonly id: string };
    readonly scope: TreeScope;
  }): Promise<readonly PublishedKey[]> {
    return await this.keys.publishedOf(treeOf(query.realm, query.scope));
  }
}
