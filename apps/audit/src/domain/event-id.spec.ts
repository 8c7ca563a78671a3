import { describe, expect, it } from '@jest/globals';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import { firstEventIdAt, timeOfEventId } from './event-id.js';

const time = new Date('2026-03-01T10:00:00.123Z');

describe('event ids', () => {
  it('carry their time', () => {
    expect(timeOfEventId(uuidv7({ msecs: time.getTime() }))).toEqual(time);
  });

  it.each([uuidv4(), '', 'no uuid', uuidv7().toUpperCase()])('are UUIDv7 in lower case, not %s', (id) => {
    expect(timeOfEventId(id)).toBeNull();
  });

  it('are bounded by the first of an instant', () => {
    const first = firstEventIdAt(time);
    expect(first <= uuidv7({ msecs: time.getTime() })).toBe(true);
    expect(first > uuidv7({ msecs: time.getTime() - 1 })).toBe(true);
    expect(firstEventIdAt(new Date(-1))).toBe('00000000-0000-0000-0000-000000000000');
    expect(firstEventIdAt(new Date(8.64e15))).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-0000-0000-000000000000$/);
  });
});
