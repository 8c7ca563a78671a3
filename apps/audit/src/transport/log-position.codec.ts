import { decodeCursor, encodeCursor } from '#database';
import { AppError } from '#errors';
import type { LogPosition } from '../domain/audit-log.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Encodes where a page ended. */
export function encodePosition(position: LogPosition): string {
  return encodeCursor([position.time.toISOString(), position.id]);
}

/** Decodes a cursor. @throws AppError `malformed_request` for one that this list did not give out. */
export function decodePosition(cursor: string): LogPosition {
  const [instant = '', id = ''] = decodeCursor(cursor, 2);
  const time = new Date(instant);
  if (Number.isNaN(time.getTime()) || time.toISOString() !== instant || !UUID.test(id)) {
    throw new AppError('malformed_request', {
      detail: 'The cursor is not one that this list gave out. Start again without it.',
      reason: 'bad_cursor',
    });
  }
  return { time, id };
}
