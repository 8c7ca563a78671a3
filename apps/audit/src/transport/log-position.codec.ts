import { decodeCursor, encodeCursor } from '#database';
import { AppError } from '#errors';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Encodes where a page ended: at the event of this id. */
export function encodePosition(id: string): string {
  return encodeCursor([id]);
}

/** Decodes a cursor. @throws AppError `malformed_request` for one that this list did not give out. */
export function decodePosition(cursor: string): string {
  const [id = ''] = decodeCursor(cursor, 1);
  if (UUID.test(id)) return id;
  throw new AppError('malformed_request', {
    detail: 'The cursor is not one that this list gave out. Start again without it.',
    reason: 'bad_cursor',
  });
}
