import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatScope, isScopeToken, narrowScope, parseScope } from './scope.js';

const token = fc.string({ minLength: 1, maxLength: 12 }).filter(isScopeToken);
const tokens = fc.uniqueArray(token, { minLength: 1, maxLength: 12 });

describe('parseScope', () => {
  it('reads back what formatScope wrote', () => {
    fc.assert(fc.property(tokens, (list) => expect(parseScope(formatScope(list))).toEqual(list)));
  });

  it('keeps each value once', () => {
    expect(parseScope('b a b')).toEqual(['b', 'a']);
    fc.assert(
      fc.property(tokens, (list) => expect(parseScope(formatScope([...list, ...list.toReversed()]))).toEqual(list)),
    );
  });

  it.each(['', ' ', ' a', 'a ', 'a  b', 'a\tb', 'a"b', 'a\\b', 'a\u00e9', 'a\nb', 'a\u0000'])(
    'RFC 6749 §3.3 grammar: %j → invalid_scope',
    (scope) => {
      expect(() => parseScope(scope)).toThrow(expect.objectContaining({ code: 'invalid_scope' }));
    },
  );
});

describe('narrowScope', () => {
  it('grants everything held when nothing is asked', () => {
    fc.assert(fc.property(tokens, (held) => expect(narrowScope(held, undefined)).toEqual(held)));
  });

  it('grants exactly what is asked of what is held', () => {
    fc.assert(
      fc.property(tokens, fc.infiniteStream(fc.boolean()), (held, picks) => {
        const asked = held.filter(() => picks.next().value === true);
        expect(narrowScope(held, asked.toReversed())).toEqual(asked);
      }),
    );
  });

  it('never grants more than is held, nor other than asked', () => {
    fc.assert(
      fc.property(tokens, tokens, (held, asked) => {
        let granted: readonly string[];
        try {
          granted = narrowScope(held, asked);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'invalid_scope' });
          expect(asked.every((name) => held.includes(name))).toBe(false);
          return;
        }
        expect(granted.every((name) => held.includes(name) && asked.includes(name))).toBe(true);
        expect(asked.every((name) => held.includes(name))).toBe(true);
      }),
    );
  });
});
