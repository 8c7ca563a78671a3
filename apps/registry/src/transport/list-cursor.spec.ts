import { describe, expect, it } from '@jest/globals';
import { encodeCursor } from '#database';
import fc from 'fast-check';
import { decodePosition, encodePosition } from './list-cursor.js';

const ID = '01890000-0000-7000-8000-000000000001';

describe('list cursors', () => {
  it('bring back the position of their own list', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        if (value.includes('\u0000')) return;
        const cursor = encodePosition('clients/name', { value, id: ID });
        expect(decodePosition('clients/name', cursor)).toEqual({ value, id: ID });
      }),
    );
    expect(encodePosition('clients/name', null)).toBeNull();
    expect(decodePosition('clients/name', null)).toBeNull();
  });

  it.each([
    ['another list', encodeCursor(['clients/client_id', 'a', ID])],
    ['another order', encodeCursor(['clients/-name', 'a', ID])],
    ['an id that is none', encodeCursor(['clients/name', 'a', "'; DROP TABLE"])],
    ['too few parts', encodeCursor(['clients/name', 'a'])],
    ['no cursor at all', 'x'],
    ['nothing', ''],
  ])('are refused when they are of %s', (_what, cursor) => {
    expect(() => decodePosition('clients/name', cursor)).toThrow(
      expect.objectContaining({ code: 'malformed_request' }),
    );
  });

  it('are refused when a time is none', () => {
    for (const value of ['yesterday', '2026-13-01T00:00:00.000Z', 'infinity']) {
      const cursor = encodePosition('clients/-created_at', { value, id: ID });
      expect(() => decodePosition('clients/-created_at', cursor)).toThrow(
        expect.objectContaining({ code: 'malformed_request' }),
      );
    }
  });
});
