import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeCursor, encodeCursor } from './cursor.js';

describe('a cursor', () => {
  it('leads back to the position it was made of', () => {
    const part = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\u0000', ''));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (position) => {
        expect(decodeCursor(encodeCursor(position), position.length)).toEqual(position);
      }),
    );
  });

  it('can stand in a query string as it is', () => {
    expect(encodeCursor(['Zürich ?&=+', '2026-01-01T00:00:00.000Z'])).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it.each([
    ['nothing', ''],
    ['no base64url', '%%%'],
    ['no JSON', Buffer.from('hello').toString('base64url')],
    ['no list', Buffer.from('{"a":"b"}').toString('base64url')],
    ['too few parts', encodeCursor(['one'])],
    ['too many parts', encodeCursor(['one', 'two', 'three'])],
    ['a number', Buffer.from('["a",1]').toString('base64url')],
    ['a character that PostgreSQL does not take', encodeCursor(['a', 'b\u0000'])],
  ])('is refused with a public sentence when it is %s', (_, cursor) => {
    expect(() => decodeCursor(cursor, 2)).toThrow(
      expect.objectContaining({ code: 'malformed_request', detail: expect.stringContaining('cursor') }),
    );
  });

  it('never fails in another way, whatever is sent', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        try {
          decodeCursor(text, 2);
        } catch (error) {
          expect(error).toMatchObject({ code: 'malformed_request' });
        }
      }),
    );
  });
});
