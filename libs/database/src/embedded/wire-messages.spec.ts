import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MessageReader, simpleQuery, SYNC } from './wire-messages.js';

function startup(code: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32BE(8, 0);
  bytes.writeInt32BE(code, 4);
  return bytes;
}

const STARTUP = startup(196_608);
const ENCRYPTION = startup(80_877_103);

describe('reading the wire', () => {
  it('finds the same messages however the stream is cut', () => {
    const messages = fc.array(
      fc.oneof(
        fc.string({ maxLength: 300 }).map((text) => simpleQuery(text.replaceAll('\0', ''))),
        fc.constant(SYNC),
        // What looks like a start-up packet inside a message is none.
        fc.constant(simpleQuery('\u0000\u0003\u0000\u0000'.repeat(20))),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(messages, fc.array(fc.nat(64), { minLength: 1 }), (sent, cuts) => {
        const stream = Buffer.concat([ENCRYPTION, STARTUP, ...sent]);
        const reader = new MessageReader();
        const found: string[] = [];
        for (let offset = 0, turn = 0; offset < stream.length; turn += 1) {
          const size = (cuts[turn % cuts.length] ?? 0) + 1;
          found.push(...reader.push(stream.subarray(offset, offset + size)).map(({ bytes }) => bytes.toString('hex')));
          offset += size;
        }
        expect(found).toEqual([ENCRYPTION, STARTUP, ...sent].map((bytes) => bytes.toString('hex')));
      }),
    );
  });

  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['another protocol version', startup(131_072)],
    ['a negative length', Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])],
    ['a message too large to hold', Buffer.concat([STARTUP, Buffer.from([0x51, 0x7f, 0xff, 0xff, 0xff])])],
  ])('refuses %s', (_, bytes) => {
    expect(() => new MessageReader().push(bytes)).toThrow('not a PostgreSQL client');
  });
});
