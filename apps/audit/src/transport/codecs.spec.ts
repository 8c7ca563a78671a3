import { describe, expect, it } from '@jest/globals';
import { encodeCursor } from '#database';
import { decodeFilter } from './event-filter.codec.js';
import { decodePosition, encodePosition } from './log-position.codec.js';

const position = '0197c1f0-0000-7000-8000-000000000001';

describe('log position codec', () => {
  it('gives back what it encoded', () => {
    expect(decodePosition(encodePosition(position))).toEqual(position);
  });

  it.each([
    ['noise', 'noise'],
    ['nothing', ''],
    ['a position of another list', encodeCursor(['a', position])],
    ['no id', encodeCursor(["' OR 1=1"])],
  ])('refuses %s', (_name, cursor) => {
    expect(() => decodePosition(cursor)).toThrow(expect.objectContaining({ code: 'malformed_request' }));
  });
});

describe('event filter codec', () => {
  it('turns instants into dates and keeps the rest', () => {
    expect(decodeFilter({ jti: 'j', from: '2026-03-01T10:00:00.000Z' })).toEqual({
      jti: 'j',
      from: new Date('2026-03-01T10:00:00.000Z'),
    });
    expect(decodeFilter({})).toEqual({});
  });

  it('refuses an instant that does not exist', () => {
    expect(() => decodeFilter({ to: '2026-13-01T10:00:00.000Z' })).toThrow(
      expect.objectContaining({ code: 'validation_failed', fields: [expect.objectContaining({ pointer: '/to' })] }),
    );
  });
});
