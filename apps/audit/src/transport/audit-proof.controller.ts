import {
  ListAuditCheckpoints,
  ListAuditKeys,
  ProveAuditConsistency,
  ProveAuditEvent,
  ReadAuditCheckpoint,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { decodeCursor, encodeCursor } from '#database';
import { AppError } from '#errors';
import { Handles } from '#messaging';
import { formatVerifierKey, toBase64 } from '#transparency';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { ListCheckpointKeys } from '../application/list-checkpoint-keys.js';
import { ListCheckpoints } from '../application/list-checkpoints.js';
import { ProveConsistency } from '../application/prove-consistency.js';
import { ProveEvent } from '../application/prove-event.js';
import { ReadCheckpoint } from '../application/read-checkpoint.js';
import type { StoredCheckpoint } from '../domain/checkpoints.js';

/** Answers what proves the log. */
@Controller()
export class AuditProofController {
  constructor(
    private readonly readCheckpoint: ReadCheckpoint,
    private readonly listCheckpoints: ListCheckpoints,
    private readonly listKeys: ListCheckpointKeys,
    private readonly proveEvent: ProveEvent,
    private readonly proveConsistency: ProveConsistency,
  ) {}

  @Handles(ReadAuditCheckpoint)
  async checkpoint(
    @Payload() request: RequestOf<typeof ReadAuditCheckpoint>,
  ): Promise<ReplyOf<typeof ReadAuditCheckpoint>> {
    const { scope, size } = request;
    return shown(await this.readCheckpoint.execute({ realm: realmOf(request), scope, size }));
  }

  @Handles(ListAuditCheckpoints)
  async checkpoints(
    @Payload() request: RequestOf<typeof ListAuditCheckpoints>,
  ): Promise<ReplyOf<typeof ListAuditCheckpoints>> {
    const { scope, page } = request;
    const before = page.cursor === null ? null : sizeOf(page.cursor);
    const found = await this.listCheckpoints.execute({ realm: realmOf(request), scope, before, limit: page.limit });
    return {
      items: found.checkpoints.map(shown),
      nextCursor: found.next === null ? null : encodeCursor([String(found.next)]),
      total: found.total,
    };
  }

  @Handles(ListAuditKeys)
  async keys(@Payload() request: RequestOf<typeof ListAuditKeys>): Promise<ReplyOf<typeof ListAuditKeys>> {
    const keys = await this.listKeys.execute({ realm: realmOf(request), scope: request.scope });
    return {
      items: keys.map(({ key, createdAt }) => ({
        name: key.name,
        keyId: Buffer.from(key.id).toString('hex'),
        verifierKey: formatVerifierKey(key),
        createdAt: createdAt.toISOString(),
      })),
    };
  }

  @Handles(ProveAuditEvent)
  async event(@Payload() request: RequestOf<typeof ProveAuditEvent>): Promise<ReplyOf<typeof ProveAuditEvent>> {
    const { id, size } = request;
    const { event, leafData, inclusionPath, checkpoint } = await this.proveEvent.execute({
      realm: realmOf(request),
      id,
      size,
    });
    return {
      leafIndex: event.leafIndex,
      leafHash: toBase64(event.leafHash),
      leafData,
      personal: event.personal,
      personalSalt: event.salt === null ? null : toBase64(event.salt),
      treeSize: checkpoint.size,
      inclusionPath: inclusionPath.map(toBase64),
      checkpoint: checkpoint.note,
    };
  }

  @Handles(ProveAuditConsistency)
  async consistency(
    @Payload() request: RequestOf<typeof ProveAuditConsistency>,
  ): Promise<ReplyOf<typeof ProveAuditConsistency>> {
    const { scope, from, to } = request;
    const { size1, size2, path } = await this.proveConsistency.execute({ realm: realmOf(request), scope, from, to });
    return { treeSize1: size1, treeSize2: size2, consistencyPath: path.map(toBase64) };
  }
}

function realmOf({ realm, realmId }: { readonly realm: string; readonly realmId: string }) {
  return { name: realm, id: realmId };
}

function shown({ size, rootHash, note, signedAt }: StoredCheckpoint) {
  return { size, rootHash: toBase64(rootHash), note, signedAt: signedAt.toISOString() };
}

function sizeOf(cursor: string): number {
  const [size = ''] = decodeCursor(cursor, 1);
  if (/^(0|[1-9][0-9]{0,15})$/.test(size) && Number.isSafeInteger(Number(size))) return Number(size);
  throw new AppError('malformed_request', {
    detail: 'The cursor is not one that this list gave out. Start again without it.',
    reason: 'bad_cursor',
  });
}
