import { available, textSearchOf, type TextSearch } from '#database';
import { Injectable } from '@nestjs/common';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import type { Client } from '../../domain/client.js';
import {
  ClientRepository,
  COUNTED_AT_MOST,
  FOUND_AT_MOST,
  type ClientQuery,
  type ListPosition,
  type Page,
} from '../../domain/repositories.js';
import { ClientEntity } from './entities/client.entity.js';
import { completeClients } from './load-clients.js';
import { isStorable } from './rows.js';

interface SortColumn {
  readonly column: 'c.clientId' | 'c.name' | 'c.createdAt';
  /** The type that a position's text is compared as. */
  readonly type: 'text' | 'timestamptz';
  valueOf(row: ClientEntity): string;
}

const CLIENT_ID: SortColumn = { column: 'c.clientId', type: 'text', valueOf: ({ clientId }) => clientId };
const NAME: SortColumn = { column: 'c.name', type: 'text', valueOf: ({ name }) => name };
const CREATED_AT: SortColumn = {
  column: 'c.createdAt',
  type: 'timestamptz',
  valueOf: ({ createdAt }) => createdAt.toISOString(),
};

const SORTS: Readonly<Record<ClientQuery['sort'], readonly [SortColumn, 'ASC' | 'DESC']>> = {
  client_id: [CLIENT_ID, 'ASC'],
  '-client_id': [CLIENT_ID, 'DESC'],
  name: [NAME, 'ASC'],
  '-name': [NAME, 'DESC'],
  created_at: [CREATED_AT, 'ASC'],
  '-created_at': [CREATED_AT, 'DESC'],
};

/** How far an order is walked in search of a page: a few milliseconds. */
const WALKED_AT_MOST = 5_000;
/** How far before anything else, to see whether nearly everything matches. */
const WALKED_FIRST = 2_000;

/** Clients in PostgreSQL. */
@Injectable()
export class TypeOrmClientRepository extends ClientRepository {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async findById(realmId: string, id: string): Promise<Client | null> {
    return this.findOne({ realmId, id });
  }

  async findByClientId(realmId: string, clientId: string): Promise<Client | null> {
    if (!isStorable(clientId)) return null;
    return this.findOne({ realmId, clientId });
  }

  async findMany(
    realmId: string,
    names: { readonly clientIds: readonly string[] } | { readonly ids: readonly string[] },
  ): Promise<readonly Client[]> {
    const wanted = 'ids' in names ? names.ids : names.clientIds.filter(isStorable);
    if (wanted.length === 0) return [];
    return available(async () => {
      const { manager } = this.dataSource;
      const column = 'ids' in names ? 'c.id = ANY(:wanted::uuid[])' : 'c.client_id = ANY(:wanted::text[])';
      const rows = await manager
        .createQueryBuilder(ClientEntity, 'c')
        .where('c.realmId = :realmId', { realmId })
        .andWhere(column, { wanted })
        .getMany();
      return completeClients(manager, realmId, rows);
    });
  }

  async list(realmId: string, query: ClientQuery): Promise<Page<Client>> {
    const { search, filter } = query;
    const wanted = search === null || search === '' ? undefined : textSearchOf(realmId, search);
    if (wanted === null || !isStorable(filter.clientId ?? '')) return { items: [], next: null, total: 0 };
    return available(() => this.page(realmId, query, wanted));
  }

  private async page(realmId: string, query: ClientQuery, wanted: TextSearch | undefined): Promise<Page<Client>> {
    const dense = wanted === undefined ? null : await this.denseRows(realmId, query, wanted);
    const counted =
      dense === null ? await this.count(realmId, query, wanted) : { total: FOUND_AT_MOST, atLeast: true as const };
    const rows = dense ?? (counted.total === 0 ? [] : await this.rows(realmId, query, wanted, counted.atLeast));
    const shown = rows.slice(0, query.limit);
    const last = shown.at(-1);
    const { valueOf } = SORTS[query.sort][0];
    return {
      items: await completeClients(this.dataSource.manager, realmId, shown),
      next: rows.length > query.limit && last !== undefined ? { value: valueOf(last), id: last.id } : null,
      total: counted.total,
      ...(counted.atLeast ? { atLeast: true } : {}),
    };
  }

  /**
   * The rows of a page of a search that finds nearly everything, and one more: a few steps along the order tell, and every way by what
   * the rows hold would be longer. Null when there is no telling yet.
   */
  private async denseRows(
    realmId: string,
    query: ClientQuery,
    wanted: TextSearch,
  ): Promise<readonly ClientEntity[] | null> {
    const walk = this.inOrder(this.matching(realmId, query), query).limit(WALKED_FIRST);
    const near = await this.near(walk, wanted, FOUND_AT_MOST + 1);
    return near.length > FOUND_AT_MOST ? this.byIds(realmId, query, near.slice(0, query.limit + 1)) : null;
  }

  /**
   * The rows of a page, and one more if another page follows. Few matches are found by what they hold and then sorted. Of many the
   * next ones are mostly near, so the order is walked a little way first; where they are not (all at the other end of the order)
   * they too are found by what they hold.
   */
  private async rows(
    realmId: string,
    query: ClientQuery,
    wanted: TextSearch | undefined,
    many: boolean,
  ): Promise<readonly ClientEntity[]> {
    const ordered = this.inOrder(this.matching(realmId, query), query);
    if (wanted === undefined) return ordered.limit(query.limit + 1).getMany();
    if (many) {
      const near = await this.near(ordered.limit(WALKED_AT_MOST), wanted, query.limit + 1);
      if (near.length > query.limit) return this.byIds(realmId, query, near);
    }
    return this.inOrder(withKeys(this.matching(realmId, query), wanted), query)
      .limit(query.limit + 1)
      .getMany();
  }

  private byIds(realmId: string, query: ClientQuery, ids: readonly string[]): Promise<ClientEntity[]> {
    return this.inOrder(this.matching(realmId, query).andWhere('c.id IN (:...ids)', { ids }), query).getMany();
  }

  /** The ids of the first matches of a walk. */
  private async near(
    walk: SelectQueryBuilder<ClientEntity>,
    { text }: TextSearch,
    limit: number,
  ): Promise<readonly string[]> {
    const walked = walk.select('c.id', 'id').addSelect('c.searchText', 'search_text');
    const rows = await this.dataSource.manager
      .createQueryBuilder()
      .select('w.id', 'id')
      .from(`(${walked.getQuery()})`, 'w')
      .where('position(CAST(:text AS text) IN w.search_text) > 0')
      .setParameters({ ...walked.getParameters(), text })
      .limit(limit)
      .getRawMany<{ readonly id: string }>();
    return rows.map(({ id }) => id);
  }

  /** Counts to a bound, so that a list of very many costs no more than one of some. */
  private async count(
    realmId: string,
    query: ClientQuery,
    wanted: TextSearch | undefined,
  ): Promise<{ readonly total: number; readonly atLeast: boolean }> {
    const bound = wanted === undefined ? COUNTED_AT_MOST : FOUND_AT_MOST;
    const matching = this.matching(realmId, query);
    const found = (wanted === undefined ? matching : withKeys(matching, wanted)).select('1', 'one').limit(bound + 1);
    const counted = await this.dataSource.manager
      .createQueryBuilder()
      .select('count(*)', 'total')
      .from(`(${found.getQuery()})`, 'found')
      .setParameters(found.getParameters())
      .getRawOne<{ readonly total: string }>();
    const total = Number(counted?.total ?? 0);
    return total > bound ? { total: bound, atLeast: true } : { total, atLeast: false };
  }

  private matching(realmId: string, { filter }: ClientQuery): SelectQueryBuilder<ClientEntity> {
    const matching = this.dataSource.manager
      .createQueryBuilder(ClientEntity, 'c')
      .where('c.realmId = :realmId', { realmId });
    const { clientId, enabled, clientType } = filter;
    if (clientId !== undefined) matching.andWhere('c.clientId = :clientId', { clientId });
    if (enabled !== undefined) matching.andWhere('c.enabled = :enabled', { enabled });
    if (clientType !== undefined) matching.andWhere('c.clientType = :clientType', { clientType });
    return matching;
  }

  private inOrder(
    matching: SelectQueryBuilder<ClientEntity>,
    { sort, after }: ClientQuery,
  ): SelectQueryBuilder<ClientEntity> {
    const [column, direction] = SORTS[sort];
    if (after !== null) startAfter(matching, column, direction, after);
    return matching.orderBy(column.column, direction).addOrderBy('c.id', direction);
  }

  private findOne(where: {
    readonly realmId: string;
    readonly id?: string;
    readonly clientId?: string;
  }): Promise<Client | null> {
    return available(async () => {
      const { manager } = this.dataSource;
      const row = await manager.findOne(ClientEntity, { where });
      if (row === null) return null;
      const [client] = await completeClients(manager, row.realmId, [row]);
      return client ?? null;
    });
  }
}

function withKeys(
  matching: SelectQueryBuilder<ClientEntity>,
  { text, keys }: TextSearch,
): SelectQueryBuilder<ClientEntity> {
  return matching
    .andWhere('c.searchKeys @> CAST(:keys AS integer[])', { keys })
    .andWhere('position(CAST(:text AS text) IN c.searchText) > 0', { text });
}

function startAfter(
  page: SelectQueryBuilder<ClientEntity>,
  { column, type }: SortColumn,
  direction: 'ASC' | 'DESC',
  { value, id }: ListPosition,
): void {
  const operator = direction === 'ASC' ? '>' : '<';
  page.andWhere(`(${column}, c.id) ${operator} (CAST(:value AS ${type}), CAST(:id AS uuid))`, { value, id });
}
