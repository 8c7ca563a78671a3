import { describe, expect, it } from '@jest/globals';
import { UnstorableEntryError } from '../../domain/audit-log.js';
import { BinaryRows } from './binary-rows.js';

const HEADER = '5047434f50590aff0d0a00' + '00000000' + '00000000';

describe('BinaryRows', () => {
  it('writes rows as the manual says', () => {
    const rows = new BinaryRows(['text', 'uuid', 'bigint', 'bytea', 'text']);
    rows.add(['é\t\\', '0197c1f0-0000-7000-8000-000000000001', 2 ** 40 + 1, Uint8Array.of(1, 2), null]);
    expect(rows.end().toString('hex')).toBe(
      HEADER +
        '0005' +
        '00000004c3a9095c' +
        '000000100197c1f0000070008000000000000001' +
        '000000080000010000000001' +
        '000000020102' +
        'ffffffff' +
        'ffff',
    );
  });

  it('hands out what was added since the last time, however much it is', () => {
    const texts = Array.from({ length: 300 }, (_, at) => '\u{10ffff}'.repeat(at * 20));
    const rows = new BinaryRows(['text']);
    const parts = texts.map((text, at) => {
      rows.add([text]);
      return at % 7 === 0 ? rows.take() : Buffer.alloc(0);
    });
    const bytes = texts.map((text) => {
      const field = Buffer.from(text);
      const head = Buffer.alloc(6);
      head.writeInt16BE(1);
      head.writeInt32BE(field.length, 2);
      return Buffer.concat([head, field]);
    });
    const whole = Buffer.concat([...parts, rows.end()]);
    expect(whole.equals(Buffer.concat([Buffer.from(HEADER, 'hex'), ...bytes, Buffer.from('ffff', 'hex')]))).toBe(true);
  });

  it.each([
    ['uuid', '0197c1f0-0000-7000-8000-00000000000'],
    ['uuid', 'not a uuid'],
    ['bigint', 1.5],
    ['bigint', '1'],
    ['text', 1],
    ['bytea', 'ff'],
    ['bytea', new Uint8Array(45)],
  ] as const)('refuses a %s of %p, which is then set aside', (type, value) => {
    expect(() => new BinaryRows([type]).add([value])).toThrow(UnstorableEntryError);
  });
});
