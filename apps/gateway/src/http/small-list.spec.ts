import { describe, expect, it } from '@jest/globals';
import { askedOf, sortsOf, type SmallList } from './small-list.js';

interface Item {
  readonly id: string;
  readonly name: string | null;
  readonly size: number;
  readonly big: boolean;
}

const LIST: SmallList<Item> = {
  name: 'things',
  idOf: ({ id }) => id,
  searched: ({ name }) => [name],
  orders: { size: ({ size }) => size, name: ({ name }) => name ?? '' },
  texts: { name: ({ name }) => name },
  flags: { big: ({ big }) => big },
};
const ITEMS: readonly Item[] = ['Größe', 'b%', null, 'b_', 'b%'].map((name, index) => ({
  id: `id-${index}`,
  name,
  size: [10, 9, 100, 9, 2][index] ?? 0,
  big: index % 2 === 0,
}));
const ids = (query: object, items = ITEMS) => askedOf(LIST, query)(items).items.map(({ id }) => id.slice(3));

describe('a small list', () => {
  it('is whole without limit, in its first order, numbers by size', () => {
    expect(ids({})).toEqual(['4', '1', '3', '0', '2']);
    expect(askedOf(LIST, {})(ITEMS)).toMatchObject({ nextCursor: null, total: 5 });
  });

  it.each(sortsOf(LIST))('comes in pages without gaps, ordered by %s', (sort) => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: readonly Item[]; nextCursor: string | null; total: number } = askedOf(LIST, {
        sort,
        limit: '2',
        ...(cursor === null ? {} : { cursor }),
      })(ITEMS);
      expect(page.total).toBe(5);
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ id }) => id.slice(3)));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(ids({ sort }));
    expect(new Set(seen).size).toBe(5);
  });

  it('goes on where it was when something is added or taken before that', () => {
    const first = askedOf(LIST, { limit: '2' })(ITEMS);
    const added: Item = { id: 'id-9', name: 'new', size: 0, big: true };
    const others = [added, ...ITEMS.filter(({ id }) => id !== 'id-1')];
    expect(ids({ limit: '9', cursor: first.nextCursor }, others)).toEqual(['3', '0', '2']);
  });

  it('is searched and filtered, case and wildcards meaning nothing and all', () => {
    expect(ids({ search: 'GRÖSSE' })).toEqual(['0']);
    expect(ids({ search: '%' })).toEqual(['4', '1']);
    expect(ids({ search: '_' })).toEqual(['3']);
    expect(ids({ name: 'b%' })).toEqual(['4', '1']);
    expect(ids({ name: 'B%' })).toEqual([]);
    expect(ids({ big: 'false' })).toEqual(['1', '3']);
    expect(ids({ big: 'true', name: 'b%' })).toEqual(['4']);
  });

  it.each([
    { limit: '0' },
    { limit: '201' },
    { sort: 'color' },
    { big: 'yes' },
    { no_such: '1' },
    { name: ['a', 'b'] },
  ])('refuses %j', (query) => {
    expect(() => askedOf(LIST, query)).toThrow(expect.objectContaining({ code: 'validation_failed' }));
  });

  const cursorOf = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  it.each([
    'x',
    cursorOf(),
    cursorOf('things/-size', 1, 'id'),
    cursorOf('others/size', 1, 'id'),
    cursorOf('things/size', {}, 'id'),
    cursorOf('things/size', 1, 2),
    cursorOf('things/size', 1, 'id', 'more'),
    Buffer.from('{"a":1}').toString('base64url'),
  ])('refuses the cursor %s of something else', (cursor) => {
    expect(() => askedOf(LIST, { cursor })).toThrow(expect.objectContaining({ code: 'malformed_request' }));
  });
});
