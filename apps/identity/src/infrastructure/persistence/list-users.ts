import { decodeCursor, encodeCursor, pageOfMany, textSearchOf } from '#database';
import { AppError } from '#errors';
import type { DataSource, SelectQueryBuilder } from 'typeorm';
import type { UserPage, UserQuery } from '../../domain/user-store.js';
import { usernameKey } from '../../domain/username.js';
import { UserEntity } from './user.entity.js';
import { userOfEntity } from './user.mapping.js';

interface SortColumn {
  readonly column: 'usr.usernameKey' | 'usr.createdAt';
  /** The type that a position's text is compared as. */
  readonly type: 'text' | 'timestamptz';
  valueOf(row: UserEntity): string;
}

const USERNAME: SortColumn = { column: 'usr.usernameKey', type: 'text', valueOf: (row) => row.usernameKey };
const CREATED_AT: SortColumn = {
  column: 'usr.createdAt',
  type: 'timestamptz',
  valueOf: ({ createdAt }) => createdAt.toISOString(),
};
const SORTS: Readonly<Record<UserQuery['sort'], readonly [SortColumn, 'ASC' | 'DESC']>> = {
  username: [USERNAME, 'ASC'],
  '-username': [USERNAME, 'DESC'],
  created_at: [CREATED_AT, 'ASC'],
  '-created_at': [CREATED_AT, 'DESC'],
};

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** A page of a realm's users. */
export async function listUsers(data: DataSource, realmId: string, query: UserQuery): Promise<UserPage> {
  const { page, search, filter } = query;
  // Read first: a cursor that is none is refused whatever is asked for.
  const after = positionOf(query);
  // PostgreSQL text holds neither: nothing can match.
  const asked = [search ?? '', filter.username ?? '', filter.email ?? ''];
  if (asked.some((text) => text.includes('\0') || !text.isWellFormed())) {
    return { items: [], nextCursor: null, total: 0 };
  }
  const wanted = search === null ? undefined : textSearchOf(realmId, search);
  if (wanted === null) return { items: [], nextCursor: null, total: 0 };
  const [sort, direction] = SORTS[query.sort];
  const { rows, ...count } = await pageOfMany({
    alias: 'usr',
    matching: () => matching(data, realmId, query),
    ordered: (found) => {
      const operator = direction === 'ASC' ? '>' : '<';
      if (after !== null) {
        found.andWhere(`(${sort.column}, usr.id) ${operator} (CAST(:value AS ${sort.type}), CAST(:id AS uuid))`, after);
      }
      return found.orderBy(sort.column, direction).addOrderBy('usr.id', direction);
    },
    wanted,
    limit: page.limit,
    textInOrders: false,
  });
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(userOfEntity),
    nextCursor:
      rows.length > page.limit && last !== undefined ? encodeCursor([query.sort, sort.valueOf(last), last.id]) : null,
    ...count,
  };
}

/** Where the page before ended. @throws AppError `malformed_request` for a cursor of another list or order. */
export function positionOf({ page, sort }: UserQuery): { readonly value: string; readonly id: string } | null {
  if (page.cursor === null) return null;
  const [madeFor, value = '', id = ''] = decodeCursor(page.cursor, 3);
  const isTime = sort.endsWith('created_at');
  const fits = !isTime || (INSTANT.test(value) && !Number.isNaN(Date.parse(value)));
  if (madeFor === sort && UUID.test(id) && value.isWellFormed() && fits) return { value, id };
  throw new AppError('malformed_request', {
    detail: 'The cursor is not one that this list gave out. Start again without it.',
    reason: 'bad_cursor',
  });
}

function matching(data: DataSource, realmId: string, { filter }: UserQuery): SelectQueryBuilder<UserEntity> {
  const found = data.createQueryBuilder(UserEntity, 'usr').where('usr.realmId = :realmId', { realmId });
  const { username, email, enabled, serviceAccount } = filter;
  if (username !== undefined) {
    // The key of a service account is its very name.
    const keys = { key: usernameKey(username), name: username };
    found.andWhere('(usr.usernameKey = :key OR usr.usernameKey = :name)', keys);
  }
  if (email !== undefined) found.andWhere(`${folded('usr.email')} = ${folded('CAST(:email AS text)')}`, { email });
  if (enabled !== undefined) found.andWhere('usr.enabled = :enabled', { enabled });
  if (serviceAccount !== undefined) found.andWhere(`usr.clientId IS ${serviceAccount ? 'NOT NULL' : 'NULL'}`);
  return found;
}

/** Without case, as the index has it; the database's own collation folds more than ASCII. */
function folded(text: string): string {
  return `(lower(${text} COLLATE pg_catalog."default") COLLATE "C")`;
}
