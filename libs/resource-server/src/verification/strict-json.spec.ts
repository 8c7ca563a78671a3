import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseStrictJsonObject } from './strict-json.js';

const parse = (text: string) => parseStrictJsonObject(Buffer.from(text));

describe('parseStrictJsonObject', () => {
  it('reads every object that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses a second member of a name, wherever it stands', () => {
    const name = fc.string();
    fc.assert(
      fc.property(name, fc.jsonValue(), fc.jsonValue(), fc.nat({ max: 5 }), (member, first, second, depth) => {
        const key = JSON.stringify(member);
        const twice = `{${key}:${JSON.stringify(first)}, ${key} :${JSON.stringify(second)}}`;
        const nested = `${'{"in":['.repeat(depth)}${twice}${']}'.repeat(depth)}`;
        expect(() => parse(nested)).toThrow('a member occurs twice');
      }),
    );
  });

  it('takes the same name at two places', () => {
    expect(parse('{"a":{"a":1,"b":[{"a":"a"},{"a":"a"}]},"b":"a"}')).toEqual({
      a: { a: 1, b: [{ a: 'a' }, { a: 'a' }] },
      b: 'a',
    });
  });
});
