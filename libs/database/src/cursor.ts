import { AppError } from '#errors';

/**
 * Encodes where a page ended: the values of the list's order columns in the last row (names, ids, ISO instants). The result
 * is opaque to callers: base64url of a JSON array.
 */
export function encodeCursor(position: readonly string[]): string {
  return Buffer.from(JSON.stringify(position), 'utf8').toString('base64url');
}

/**
 * Decodes a cursor of a list that is ordered by `length` columns. The parts are what a caller sent: use them only as query
 * parameters.
 *
 * @throws AppError `malformed_request` for anything that `encodeCursor` did not make.
 */
export function decodeCursor(cursor: string, length: number): readonly string[] {
  const position = parse(cursor);
  if (
    !Array.isArray(position) ||
    position.length !== length ||
    // PostgreSQL text cannot hold U+0000: refuse it here rather than fail in the query.
    !position.every((part): part is string => typeof part === 'string' && !part.includes('\u0000'))
  ) {
    throw malformed();
  }
  return position;
}

function parse(cursor: string): unknown {
  if (!/^[A-Za-z0-9_-]+$/.test(cursor)) throw malformed();
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw malformed();
  }
}

function malformed(): AppError {
  return new AppError('malformed_request', {
    detail: 'The cursor is not one that this list gave out. Start again without it.',
    reason: 'bad_cursor',
  });
}
