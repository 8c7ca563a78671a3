import type { PageRequest, RoleSort } from '#contracts';
import { decodeCursor, encodeCursor } from '#database';
import { AppError } from '#errors';

/** What roles are ordered by. */
interface Place {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
}

/** Puts roles in order and takes a page of them; `list` names them in the cursor, so that it fits no others. */
export function pageOfPlaces<P extends Place>(
  places: readonly P[],
  list: string,
  sort: RoleSort,
  page: PageRequest,
): { readonly shown: readonly P[]; readonly nextCursor: string | null } {
  const order = `${list}/${sort}`;
  const direction = sort.startsWith('-') ? -1 : 1;
  const keyOf = ({ id, name, createdAt }: Place): string =>
    sort.endsWith('created_at') ? `${createdAt.toISOString()} ${id}` : name;
  const after = page.cursor === null ? null : keyIn(page.cursor, order);
  const rest = places
    .map((place) => ({ place, key: keyOf(place) }))
    .filter(({ key }) => after === null || bytewise(key, after) * direction > 0)
    .toSorted((left, right) => bytewise(left.key, right.key) * direction);
  const shown = rest.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    shown: shown.map(({ place }) => place),
    nextCursor: last === undefined || rest.length <= shown.length ? null : encodeCursor([order, last.key]),
  };
}

function keyIn(cursor: string, order: string): string {
  const [madeFor, key] = decodeCursor(cursor, 2);
  if (madeFor === order && key !== undefined) return key;
  throw new AppError('malformed_request', {
    detail: 'The cursor is not one that this list gave out. Start again without it.',
    reason: 'bad_cursor',
  });
}

function bytewise(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
