import { decodeCursor, encodeCursor } from '#database';
import { AppError } from '#errors';
import type { ListPosition } from '../domain/repositories.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Encodes where a page ended; `list` names the list and its order, so that a cursor fits no other. */
export function encodePosition(list: string, position: ListPosition | null): string | null {
  return position === null ? null : encodeCursor([list, position.value, position.id]);
}

/** Decodes what `encodePosition` made. @throws AppError `malformed_request` for anything else. */
export function decodePosition(list: string, cursor: string | null): ListPosition | null {
  if (cursor === null) return null;
  const [madeFor, value, id] = decodeCursor(cursor, 3);
  const instant = list.endsWith('created_at');
  if (madeFor !== list || value === undefined || id === undefined || !UUID.test(id) || (instant && !isInstant(value))) {
    throw new AppError('malformed_request', {
      detail: 'The cursor is not one that this list gave out. Start again without it.',
      reason: 'bad_cursor',
    });
  }
  return { value, id };
}

function isInstant(value: string): boolean {
  return INSTANT.test(value) && !Number.isNaN(Date.parse(value));
}
