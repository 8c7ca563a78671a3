import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { foldedText, searchKeysOf, searchTextOf, textSearchOf } from './searchable-text.js';

const REALM = '01890000-0000-7000-8000-000000000001';
const OTHER = '01890000-0000-7000-8000-000000000002';

/** What the database does with both columns. */
function finds(search: string, ...texts: readonly string[]): boolean {
  const asked = textSearchOf(REALM, search);
  if (asked === null) return false;
  const stored = searchTextOf(...texts);
  const keys = new Set(searchKeysOf(REALM, stored));
  return asked.keys.every((key) => keys.has(key)) && stored.includes(asked.text);
}

describe('searchable text', () => {
  it.each([
    ['Rechnungen ÄÖÜ', 'äöü'],
    ['STRASSE', 'straße'],
    ['ΟΔΟΣΑ', 'οδος'],
    ['billing 😀 eu', '😀'],
    ['cafe\u0301', 'café'],
    ['a', 'A'],
    ['50%_off\\', '%_OFF\\'],
  ])('%j is found by %j', (text, search) => {
    expect(finds(search, text)).toBe(true);
    expect(finds(`${search}x`, text)).toBe(false);
  });

  it('finds no match across two texts, nor of the mark between them', () => {
    expect(finds('ab', 'xa', 'bx')).toBe(false);
    for (const search of ['\u0001', 'a\u0001b', '\u0000', '\ud800']) expect(finds(search, 'xa', 'bx')).toBe(false);
  });

  it('asks for every row that matches, and for few keys (property)', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
        fc.nat(),
        fc.nat(),
        (text, from, length) => {
          const folded = Array.from(foldedText(text));
          const start = from % folded.length;
          const part = folded.slice(start, start + 1 + (length % folded.length)).join('');
          fc.pre(!part.includes('\0') && !part.includes('\u0001'));
          const asked = textSearchOf(REALM, part);
          const keys = new Set(searchKeysOf(REALM, searchTextOf(text)));
          expect(asked?.keys.filter((key) => !keys.has(key))).toEqual(
            part === foldedText(part) ? [] : expect.anything(),
          );
          expect(asked?.keys.length).toBeLessThanOrEqual(8);
        },
      ),
    );
  });

  it('has other keys in another realm, all within an integer', () => {
    const keys = searchKeysOf(REALM, searchTextOf('billing', 'k7m2-9xqp'));
    const others = new Set(searchKeysOf(OTHER, searchTextOf('billing', 'k7m2-9xqp')));
    expect(keys.filter((key) => others.has(key))).toEqual([]);
    expect(keys.every((key) => Number.isInteger(key) && key >= -(2 ** 31) && key < 2 ** 31)).toBe(true);
  });
});
