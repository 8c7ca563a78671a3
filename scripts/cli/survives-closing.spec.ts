import { describe, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { survivesClosing } from './survives-closing.js';

describe('a stream that somebody reads', () => {
  it('may be closed by them, but not fail otherwise', () => {
    const stream = new EventEmitter();
    survivesClosing(stream);
    const failed = (code: string) => stream.emit('error', Object.assign(new Error(code), { code }));
    expect(failed('EPIPE')).toBe(true);
    expect(() => failed('ENOSPC')).toThrow('ENOSPC');
  });
});
