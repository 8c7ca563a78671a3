import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { TextSearch } from './searchable-text.js';

/** How many entries of a list are counted. */
const COUNTED_AT_MOST = 10_000;
/** The same for a search, which costs more. */
export const FOUND_AT_MOST = 1_000;
/**
 * How far an order is walked before anything else, to see whether very many match, and at most in search of a page: a few milliseconds
 * when rows are read; four times as far when an index holds the text.
 */
const WALKS = { rows: { first: 2_000, most: 5_000 }, index: { first: 8_000, most: 30_000 } } as const;

/** A list of rows that have the properties `id`, `searchText` and `searchKeys`. */
export interface ListOfMany<Row extends ObjectLiteral> {
  /** The alias of the rows in `matching`. */
  readonly alias: string;
  /** A new query for all rows of the list but for the search, in no order. */
  matching(): SelectQueryBuilder<Row>;
  /** Puts a query of `matching` into the order of the list, from behind the page before on; ids break ties. */
  ordered(query: SelectQueryBuilder<Row>): SelectQueryBuilder<Row>;
  /** Undefined: no search. */
  readonly wanted: TextSearch | undefined;
  readonly limit: number;
  /** Whether the indexes of the orders hold the searched text (`INCLUDE (search_text)`), so that a walk reads no row. */
  readonly textInOrders: boolean;
}

/** Rows of a page, and one more if another page follows. */
export interface PageOfMany<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
  /** Set when there are more than `total`: they are not counted to the end. */
  readonly atLeast?: true;
}

/** Reads a page in about the same time however many rows there are and however many match. */
export async function pageOfMany<Row extends ObjectLiteral>(list: ListOfMany<Row>): Promise<PageOfMany<Row>> {
  const near = list.wanted === undefined ? [] : await nearest(list, list.wanted, 'first', FOUND_AT_MOST + 1);
  // Very many match: every way by what the rows hold would be longer.
  const dense = near.length > FOUND_AT_MOST;
  const { total, atLeast } = dense ? { total: FOUND_AT_MOST, atLeast: true } : await count(list);
  return { rows: await rowsOf(list, near, total, atLeast), total, ...(atLeast ? { atLeast } : {}) };
}

/** Counts to a bound, so that a list of very many costs no more than one of some. */
async function count<Row extends ObjectLiteral>(
  list: ListOfMany<Row>,
): Promise<{ readonly total: number; readonly atLeast: boolean }> {
  const bound = list.wanted === undefined ? COUNTED_AT_MOST : FOUND_AT_MOST;
  const found = withKeys(list, list.matching())
    .select('1', 'one')
    .limit(bound + 1);
  const counted = await outside(found, 'found').select('count(*)', 'total').getRawOne<{ readonly total: string }>();
  const total = Number(counted?.total ?? 0);
  return total > bound ? { total: bound, atLeast: true } : { total, atLeast: false };
}

/**
 * What the first steps found is enough, or the order is walked further when there are many matches, because the next ones are mostly
 * near. Few matches, and many that are all at the other end of the order, are found by what they hold and then sorted.
 */
async function rowsOf<Row extends ObjectLiteral>(
  list: ListOfMany<Row>,
  first: readonly string[],
  total: number,
  many: boolean,
): Promise<readonly Row[]> {
  if (total === 0) return [];
  if (first.length > list.limit) return byIds(list, first.slice(0, list.limit + 1));
  if (list.wanted !== undefined && many) {
    const near = await nearest(list, list.wanted, 'most', list.limit + 1);
    if (near.length > list.limit) return byIds(list, near);
  }
  return list
    .ordered(withKeys(list, list.matching()))
    .limit(list.limit + 1)
    .getMany();
}

/** The ids of the first matches of a walk. */
async function nearest<Row extends ObjectLiteral>(
  list: ListOfMany<Row>,
  { text }: TextSearch,
  steps: 'first' | 'most',
  limit: number,
): Promise<readonly string[]> {
  const walked = list
    .ordered(list.matching())
    .select(`${list.alias}.id`, 'id')
    .addSelect(`${list.alias}.searchText`, 'search_text')
    .limit(WALKS[list.textInOrders ? 'index' : 'rows'][steps]);
  const rows = await outside(walked, 'walked')
    .select('walked.id', 'id')
    .where('position(CAST(:text AS text) IN walked.search_text) > 0', { text })
    .limit(limit)
    .getRawMany<{ readonly id: string }>();
  return rows.map(({ id }) => id);
}

function byIds<Row extends ObjectLiteral>(list: ListOfMany<Row>, ids: readonly string[]): Promise<Row[]> {
  return list.ordered(list.matching().andWhere(`${list.alias}.id IN (:...ids)`, { ids })).getMany();
}

/** A query over the rows of another. */
function outside<Row extends ObjectLiteral>(inner: SelectQueryBuilder<Row>, name: string) {
  return inner.connection.manager
    .createQueryBuilder()
    .from(`(${inner.getQuery()})`, name)
    .setParameters(inner.getParameters());
}

function withKeys<Row extends ObjectLiteral>(
  { alias, wanted }: ListOfMany<Row>,
  matching: SelectQueryBuilder<Row>,
): SelectQueryBuilder<Row> {
  if (wanted === undefined) return matching;
  return matching
    .andWhere(`${alias}.searchKeys @> CAST(:keys AS integer[])`, { keys: wanted.keys })
    .andWhere(`position(CAST(:text AS text) IN ${alias}.searchText) > 0`, { text: wanted.text });
}
