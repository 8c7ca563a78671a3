import { AppError } from '#errors';
import { ListQuery } from './list-query.js';

/** A list that its service answers whole: what can be asked of it is done here. */
export interface SmallList<Item> {
  /** Stands in its cursors, so that they fit no other list. */
  readonly name: string;
  /** Unique in the list. */
  readonly idOf: (item: Item) => string;
  /** The texts that a search looks through. */
  readonly searched: (item: Item) => readonly (string | null)[];
  /** What it can be ordered by; the first is the order that nobody asked for. */
  readonly orders: Readonly<Record<string, (item: Item) => string | number>>;
  /** What it can be filtered by: texts that must be the same, byte by byte … */
  readonly texts: Readonly<Record<string, (item: Item) => string | null>>;
  /** … and flags. */
  readonly flags: Readonly<Record<string, (item: Item) => boolean>>;
}

/** A page as services answer it. */
interface ItemPage<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
  readonly total: number;
}

/** Where a page ended. */
type Position = readonly [value: string | number, id: string];

/** The words of `sort`. */
export function sortsOf(list: Pick<SmallList<never>, 'orders'>): readonly string[] {
  return Object.keys(list.orders).flatMap((name) => [name, `-${name}`]);
}

/**
 * Reads what is asked of a list. Without `limit` and `cursor` it is answered whole.
 *
 * @returns what makes the answer of the whole list.
 * @throws AppError `validation_failed`, `malformed_request` for a cursor of another list or order.
 */
export function askedOf<Item>(list: SmallList<Item>, members: unknown): (items: readonly Item[]) => ItemPage<Item> {
  const query = new ListQuery(members);
  const { limit: asked, cursor } = query.page();
  const limit = query.text('limit') === undefined && cursor === null ? Number.POSITIVE_INFINITY : asked;
  const search = query.text('search');
  const sorts = sortsOf(list);
  const sort = query.oneOf('sort', sorts) ?? sorts[0] ?? '';
  const wanted = [
    ...Object.entries(list.texts).map(([name, of]) => [of, query.text(name)] as const),
    ...Object.entries(list.flags).map(([name, of]) => [of, query.boolean(name)] as const),
  ].filter(([, value]) => value !== undefined);
  query.done();
  const after = cursor === null ? null : positionOf(cursor, `${list.name}/${sort}`);
  const direction = sort.startsWith('-') ? -1 : 1;
  const valueOf = list.orders[sort.replace(/^-/, '')] ?? list.idOf;
  const placeOf = (item: Item): Position => [valueOf(item), list.idOf(item)];
  return (items) => {
    const matching = items
      .filter((item) => search === undefined || list.searched(item).some((text) => holds(text, search)))
      .filter((item) => wanted.every(([of, value]) => of(item) === value))
      .toSorted((left, right) => compare(placeOf(left), placeOf(right)) * direction);
    const rest = after === null ? matching : matching.filter((item) => compare(placeOf(item), after) * direction > 0);
    const shown = rest.slice(0, limit);
    const last = shown.at(-1);
    const more = rest.length > shown.length && last !== undefined;
    return {
      items: shown,
      nextCursor: more ? cursorOf(`${list.name}/${sort}`, placeOf(last)) : null,
      total: matching.length,
    };
  };
}

function cursorOf(order: string, position: Position): string {
  return Buffer.from(JSON.stringify([order, ...position])).toString('base64url');
}

function positionOf(cursor: string, order: string): Position {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    parts = null;
  }
  const [madeFor, value, id, ...more] = Array.isArray(parts) ? (parts as unknown[]) : [];
  const comparable = typeof value === 'string' || typeof value === 'number';
  if (madeFor === order && comparable && typeof id === 'string' && more.length === 0) return [value, id];
  throw new AppError('malformed_request', {
    detail: 'The cursor is not one that this list gave out. Start again without it.',
    reason: 'bad_cursor',
  });
}

/** Numbers by size, texts byte by byte; ids break ties. */
function compare([leftValue, leftId]: Position, [rightValue, rightId]: Position): number {
  if (typeof leftValue === 'number' && typeof rightValue === 'number' && leftValue !== rightValue) {
    return leftValue - rightValue;
  }
  return bytewise(String(leftValue), String(rightValue)) || bytewise(leftId, rightId);
}

function bytewise(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** Whether a text has a part, without regard to case. */
function holds(text: string | null, part: string): boolean {
  return text !== null && folded(text).includes(folded(part));
}

/** One encoding, one case; upper case first, so that all forms of a letter meet. */
function folded(text: string): string {
  return Array.from(text.normalize('NFC'), (letter) => letter.toUpperCase().toLowerCase()).join('');
}
