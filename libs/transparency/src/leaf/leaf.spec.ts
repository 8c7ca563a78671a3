import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { toBase64 } from '../base64.js';
import { canonicalJson, parseCanonicalJson } from './canonical-json.js';
import { layDown, leafData, makeLeaf, pickUp } from './event-leaf.js';
import { splitDetails } from './personal.js';
import { writeCanonical } from './write-canonical.js';

const EVENT = {
  id: '0197c1f0-0000-7000-8000-000000000001',
  type: 'user.created',
  ip: '192.0.2.1',
  user_agent: 'curl/8.9',
  details: {
    username: 'ada',
    role: 'auditor',
    changes: { email: { before: null, after: 'ada@x.org' }, enabled: true },
  },
};

const PERSONAL = new Set(['username', 'changes.email', 'a.__proto__', 'constructor']);

const json = fc.jsonValue({ maxDepth: 4 });
const details = fc.dictionary(
  fc.oneof(fc.string(), fc.constantFrom('username', 'changes', 'a', '__proto__', 'constructor')),
  fc.oneof(
    json,
    fc.dictionary(fc.constantFrom('email', 'a', '__proto__'), json),
    fc.array(fc.record({ username: json })),
  ),
);
const event = fc.record({
  id: fc.uuid(),
  ip: fc.option(fc.string()),
  user_agent: fc.option(fc.string({ unit: 'binary' })),
  reason: fc.option(fc.string({ unit: 'binary' })),
  details,
});

describe('an event that is laid down', () => {
  it('stands in two canonical texts', () => {
    expect(layDown(EVENT, PERSONAL)).toEqual({
      event:
        '{"details":{"changes":{"enabled":true},"role":"auditor"},' +
        '"id":"0197c1f0-0000-7000-8000-000000000001","type":"user.created"}',
      personal:
        '{"details":{"changes":{"email":{"after":"ada@x.org","before":null}},"username":"ada"},' +
        '"ip":"192.0.2.1","user_agent":"curl/8.9"}',
    });
  });

  it('is picked up whole, and without its personal part when that is erased', () => {
    const { event: open, personal } = layDown(EVENT, PERSONAL);
    expect(pickUp(open, personal)).toEqual(EVENT);
    expect(pickUp(open, null)).toEqual({
      id: EVENT.id,
      type: EVENT.type,
      ip: null,
      user_agent: null,
      details: { role: 'auditor', changes: { enabled: true } },
    });
  });

  it('loses nothing, whatever it holds, and leaves nothing personal in the open', () => {
    fc.assert(
      fc.property(event, (any) => {
        const whole = JSON.parse(JSON.stringify(any)) as typeof any;
        const { event: open, personal } = layDown(whole, PERSONAL);
        expect(canonicalJson(pickUp(open, personal))).toBe(canonicalJson(whole));
        expect(parseCanonicalJson(open)).not.toBeNull();
        expect(parseCanonicalJson(personal)).not.toBeNull();
        expect(splitDetails((JSON.parse(open) as typeof whole).details, PERSONAL).personal).toEqual({});
      }),
    );
  });

  it('keeps NUL, and has U+FFFD for lone surrogates', () => {
    const { event: open, personal } = layDown({
      ...EVENT,
      user_agent: 'a\0b\ud800',
      details: { '\udc00': ['\ud800'] },
    });
    expect(pickUp(open, personal)).toMatchObject({ user_agent: 'a\0b\ufffd', details: { '\ufffd': ['\ufffd'] } });
  });

  it('is refused when a number has no end', () => {
    expect(() => layDown({ ...EVENT, details: { a: Number.POSITIVE_INFINITY } })).toThrow();
  });
});

describe('the leaf of an event', () => {
  const sha256 = (...parts: (string | Uint8Array)[]): Buffer =>
    parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

  it('is SHA-256(0x00 ‖ {"event", "personal_hash"}), the latter SHA-256(salt ‖ personal)', () => {
    const laidDown = layDown(EVENT, PERSONAL);
    const { salt, personalHash, leafHash } = makeLeaf(laidDown);
    expect(Buffer.from(personalHash)).toEqual(sha256(salt, laidDown.personal));
    const data = leafData(laidDown.event, personalHash);
    expect(data).toBe(canonicalJson({ personal_hash: toBase64(personalHash), event: JSON.parse(laidDown.event) }));
    expect(Buffer.from(leafHash)).toEqual(sha256(Buffer.from([0]), data));
  });

  it('has a salt of its own of 16 bytes', () => {
    const laidDown = layDown(EVENT, PERSONAL);
    const salts = Array.from({ length: 1_000 }, () => makeLeaf(laidDown).salt);
    expect(new Set(salts.map((salt) => Buffer.from(salt).toString('hex'))).size).toBe(1_000);
    expect(salts.every(({ length }) => length === 16)).toBe(true);
  });
});

describe('canonical JSON', () => {
  it('orders members by UTF-16 code units and writes numbers as RFC 8785 §3.2.2.3 does', () => {
    expect(canonicalJson({ '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 })).toBe(
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}',
    );
    expect(canonicalJson([333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0])).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
    );
  });

  it('is the same, whoever writes it', () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 6 }), details, fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(fc.property(value, (any) => expect(writeCanonical(any)).toBe(canonicalJson(any))));
    expect(writeCanonical({ a: undefined, 10: 1, 9: [null, { z: '\u2028"', a: -0 }] })).toBe(
      canonicalJson({ 10: 1, 9: [null, { z: '\u2028"', a: -0 }] }),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, '\ud800', { '\udc00': 1 }, undefined, 1n, [undefined]])(
    'has no form for %p',
    (value) => {
      expect(() => writeCanonical(value)).toThrow();
    },
  );

  it.each(['{"b":1,"a":2}', '{ }', '{"a":1,"a":1}', '1.0', '[1e400]', '"\\u0061"', '"\\ud800"', '{', ''])(
    'does not take %j for canonical',
    (text) => {
      expect(parseCanonicalJson(text)).toBeNull();
    },
  );
});
