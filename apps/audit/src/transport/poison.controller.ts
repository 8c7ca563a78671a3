import { ListPoison, SHOWN_POISON_CHARACTERS, type ReplyOf, type RequestOf } from '#contracts';
import { decodeCursor, encodeCursor } from '#database';
import { AppError } from '#errors';
import { Handles } from '#messaging';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { ShowPoison } from '../application/show-poison.js';
import type { PoisonPosition } from '../domain/poison-store.js';

/** A character takes at most four bytes in UTF-8. */
const SHOWN_BYTES = 4 * SHOWN_POISON_CHARACTERS;

/** Answers what was set aside. */
@Controller()
export class PoisonController {
  constructor(private readonly showPoison: ShowPoison) {}

  @Handles(ListPoison)
  async list(@Payload() { page }: RequestOf<typeof ListPoison>): Promise<ReplyOf<typeof ListPoison>> {
    const after = page.cursor === null ? null : decodePosition(page.cursor);
    const found = await this.showPoison.execute({ limit: page.limit, after, shownBytes: SHOWN_BYTES });
    return {
      items: found.entries.map(({ digest, error, receivedAt, bytes, beginning }) => ({
        digest,
        error,
        received_at: receivedAt.toISOString(),
        bytes,
        payload: beginning.toString('utf8').slice(0, SHOWN_POISON_CHARACTERS).toWellFormed(),
      })),
      nextCursor: found.next === null ? null : encodeCursor([found.next.receivedAt.toISOString(), found.next.digest]),
      total: found.total,
    };
  }
}

function decodePosition(cursor: string): PoisonPosition {
  const [time = '', digest = ''] = decodeCursor(cursor, 2);
  const receivedAt = new Date(time);
  if (Number.isNaN(receivedAt.getTime()) || !/^[0-9a-f]{64}$/.test(digest)) {
    throw new AppError('malformed_request', {
      detail: 'The cursor is not one that this list gave out. Start again without it.',
      reason: 'bad_cursor',
    });
  }
  return { receivedAt, digest };
}
