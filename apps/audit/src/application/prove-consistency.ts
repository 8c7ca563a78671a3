import { AppError } from '#errors';
import { proveConsistency, TreeReader } from '#transparency';
import { Injectable } from '@nestjs/common';
import { LogTrees } from '../domain/log-trees.js';
import { treeOf, type TreeScope } from '../domain/realm-scope.js';
import { ReadCheckpoint } from './read-checkpoint.js';

/** Shows that a tree begins with all of a smaller one (RFC 9162 §2.1.4). */
export interface TreeConsistency {
  readonly size1: number;
  readonly size2: number;
  readonly path: readonly Uint8Array[];
}

/** Proves that a realm's tree of one size begins with that of another. */
@Injectable()
export class ProveConsistency {
  constructor(
    private readonly trees: LogTrees,
    private readonly readCheckpoint: ReadCheckpoint,
  ) {}

  /** @param query.to the size of the last checkpoint when it is null. */
  async execute(query: {
    readonly realm: { readonly name: string; readonly id: string };
    readonly scope: TreeScope;
    readonly from: number;
    readonly to: number | null;
  }): Promise<TreeConsistency> {
    const { realm, scope, from } = query;
    const realmId = treeOf(realm, scope);
    const last = await this.readCheckpoint.execute({ realm, scope, size: null });
    const to = query.to ?? last.size;
    if (to > last.size) throw outOfRange('to', last.size);
    if (from > to) throw outOfRange('from', to);
    const tree = new TreeReader(this.trees.nodesOf(realmId), to);
    return { size1: from, size2: to, path: await proveConsistency(tree, from) };
  }
}

function outOfRange(field: string, most: number): AppError {
  return new AppError('validation_failed', {
    detail: 'There is no signed tree of this size.',
    fields: [{ pointer: '', field, message: `must be at most ${String(most)}` }],
  });
}
