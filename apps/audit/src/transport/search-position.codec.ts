import { decodeCursor, encodeCursor } from '#database';
import { AppError } from '#errors';
import type { SearchPosition } from '../application/list-tokens-carrying.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SECONDS = /^\d{1,9}$/;

/** Encodes where a search for tokens stands. */
export function encodeSearchPosition({ id, longestSeconds }: SearchPosition): string {
  return encodeCursor([id, String(longestSeconds)]);
}

/** Decodes a cursor. @throws AppError `malformed_request` for one that this search did not give out. */
export function decodeSearchPosition(cursor: string): SearchPosition {
  const [id = '', seconds = ''] = decodeCursor(cursor, 2);
  if (UUID.test(id) && SECONDS.test(seconds)) return { id, longestSeconds: Number(seconds) };
  throw new AppError('malformed_request', {
    detail: 'The cursor is not one that this list gave out. Start again without it.',
    reason: 'bad_cursor',
  });
}
