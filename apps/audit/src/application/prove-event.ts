import { AppError } from '#errors';
import { leafData, leafHash, proveInclusion, TreeReader } from '#transparency';
import { Injectable } from '@nestjs/common';
import { Checkpoints, type StoredCheckpoint } from '../domain/checkpoints.js';
import { LogTrees, type PlacedEvent } from '../domain/log-trees.js';
import { realmScope } from '../domain/realm-scope.js';
import { SignCheckpoint } from './sign-checkpoint.js';

/** All that shows an event to be in the log. */
export interface EventProof {
  readonly event: PlacedEvent;
  /** The bytes under the leaf's hash. */
  readonly leafData: string;
  /** RFC 9162 §2.1.3. */
  readonly inclusionPath: readonly Uint8Array[];
  /** The checkpoint whose tree it is in. */
  readonly checkpoint: StoredCheckpoint;
}

/** Proves that an event is in the log. An event younger than the last checkpoint has one signed for it. */
@Injectable()
export class ProveEvent {
  constructor(
    private readonly trees: LogTrees,
    private readonly checkpoints: Checkpoints,
    private readonly signCheckpoint: SignCheckpoint,
  ) {}

  /** @param query.size of the checkpoint whose tree it is to be proven in; the last one when it is null. */
  async execute(query: {
    readonly realm: { readonly name: string; readonly id: string };
    readonly id: string;
    readonly size: number | null;
  }): Promise<EventProof> {
    const event = await this.trees.findEvent(realmScope(query.realm), query.id);
    if (event === null) throw new AppError('not_found', { detail: 'No such audit event.', reason: 'unknown_event' });
    const checkpoint = await this.checkpointOver(event, query.size);
    const data = leafData(event.event, event.personalHash);
    await this.expectInTree(event, leafHash(data));
    const tree = new TreeReader(this.trees.nodesOf(event.realmId), checkpoint.size);
    return {
      event,
      leafData: data,
      inclusionPath: await proveInclusion(tree, event.leafIndex),
      checkpoint,
    };
  }

  /** What would prove nothing is no answer: who does not check it would take it for a proof. */
  private async expectInTree({ realmId, leafIndex }: PlacedEvent, hash: Uint8Array): Promise<void> {
    const [inTree] = await this.trees.leaves(realmId, leafIndex, leafIndex + 1);
    if (inTree !== undefined && Buffer.compare(inTree, hash) === 0) return;
    throw new AppError('conflict', {
      detail: `The event is not the one that the tree of its log has as leaf ${String(leafIndex)}: it was altered or inserted.`,
      reason: 'event_not_in_tree',
    });
  }

  private async checkpointOver({ realmId, leafIndex }: PlacedEvent, size: number | null): Promise<StoredCheckpoint> {
    if (size === null) {
      const latest = await this.checkpoints.latest(realmId);
      const covering = latest !== null && latest.size > leafIndex ? latest : await this.signCheckpoint.execute(realmId);
      if (leafIndex >= 0 && leafIndex < covering.size) return covering;
      throw new AppError('not_found', {
        detail: 'The event stands where the tree of its log has no leaf: it did not come into the log as events do.',
        reason: 'stray_event',
      });
    }
    const checkpoint = await this.checkpoints.ofSize(realmId, size);
    if (checkpoint !== null && leafIndex >= 0 && size > leafIndex) return checkpoint;
    throw new AppError('not_found', {
      detail: 'No checkpoint of this size was signed, or the event is younger than it.',
      reason: 'unknown_checkpoint',
    });
  }
}
