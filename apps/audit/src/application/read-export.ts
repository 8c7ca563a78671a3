import { AppError } from '#errors';
import {
  beginExport,
  TreeReader,
  writeExportPage,
  type ExportCursor,
  type ExportPage,
  type ExportPageLimits,
  type ExportSource,
} from '#transparency';
import { Injectable } from '@nestjs/common';
import { originOf } from '../domain/checkpoint-keys.js';
import { Checkpoints, type StoredCheckpoint } from '../domain/checkpoints.js';
import { LogTrees } from '../domain/log-trees.js';
import { treeOf, type RealmScopeId, type TreeScope } from '../domain/realm-scope.js';
import { SignCheckpoint } from './sign-checkpoint.js';

/** What an export is of. */
export interface ExportQuery {
  readonly realm: { readonly name: string; readonly id: string };
  readonly scope: TreeScope;
}

/** Reads the verifiable export of a log, page by page; any replica can go on where another one stopped. */
@Injectable()
export class ReadExport {
  constructor(
    private readonly trees: LogTrees,
    private readonly checkpoints: Checkpoints,
    private readonly signCheckpoint: SignCheckpoint,
  ) {}

  /** Begins an export at a leaf; it ends in a checkpoint that is signed now. */
  async begin(query: ExportQuery & { readonly firstIndex: number }): Promise<ExportCursor> {
    const realmId = treeOf(query.realm, query.scope);
    const source = this.sourceOf(realmId, await this.signCheckpoint.execute(realmId));
    try {
      return beginExport(source, query.firstIndex);
    } catch (cause) {
      throw new AppError('validation_failed', {
        detail: 'The log has not so many records.',
        fields: [{ pointer: '', field: 'from_index', message: `must be at most ${String(source.end.size)}` }],
        cause,
      });
    }
  }

  /** The next lines. */
  async page(
    query: ExportQuery & { readonly cursor: ExportCursor; readonly limits: ExportPageLimits },
  ): Promise<ExportPage> {
    const { cursor } = query;
    const realmId = treeOf(query.realm, query.scope);
    const end = await this.checkpoints.ofSize(realmId, cursor.size);
    if (end === null || cursor.at > cursor.size) {
      throw new AppError('malformed_request', { detail: 'This is no place in an export.', reason: 'bad_cursor' });
    }
    return await writeExportPage(this.sourceOf(realmId, end), cursor, query.limits);
  }

  private sourceOf(realmId: RealmScopeId, end: StoredCheckpoint): ExportSource {
    const nodes = this.trees.nodesOf(realmId);
    return {
      origin: originOf(realmId),
      realmId,
      end: { size: end.size, note: end.note },
      leafHashes: (begin, to) => this.trees.leaves(realmId, begin, to),
      subtreeHashes: (begin, to) => new TreeReader(nodes, end.size).subtreeHashes({ begin, end: to }),
      records: (begin, to, limit) => this.trees.records(realmId, begin, to, limit),
      strays: () => this.trees.strays(realmId),
      checkpoints: (begin, to) => this.checkpoints.between(realmId, begin, to),
    };
  }
}
