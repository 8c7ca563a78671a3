import { available } from '#database';
import { Injectable } from '@nestjs/common';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import type { Client } from '../../domain/client.js';
import { ClientRepository, type ClientQuery, type ListPosition, type Page } from '../../domain/repositories.js';
import { ClientEntity } from './entities/client.entity.js';
import { anyPart } from './like-pattern.js';
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

  async list(realmId: string, query: ClientQuery): Promise<Page<Client>> {
    if (![query.search ?? '', query.filter.clientId ?? ''].every(isStorable))
      return { items: [], next: null, total: 0 };
    return available(() => this.page(realmId, query));
  }

  private async page(realmId: string, query: ClientQuery): Promise<Page<Client>> {
    const [sort, direction] = SORTS[query.sort];
    const total = await this.matching(realmId, query).getCount();
    const page = this.matching(realmId, query)
      .orderBy(sort.column, direction)
      .addOrderBy('c.id', direction)
      .limit(query.limit + 1);
    if (query.after !== null) startAfter(page, sort, direction, query.after);
    const rows = await page.getMany();
    const shown = rows.slice(0, query.limit);
    const last = shown.at(-1);
    return {
      items: await completeClients(this.dataSource.manager, realmId, shown),
      next: rows.length > query.limit && last !== undefined ? { value: sort.valueOf(last), id: last.id } : null,
      total,
    };
  }

  private matching(realmId: string, { search, filter }: ClientQuery): SelectQueryBuilder<ClientEntity> {
    const matching = this.dataSource.manager
      .createQueryBuilder(ClientEntity, 'c')
      .where('c.realmId = :realmId', { realmId });
    const { clientId, enabled, clientType } = filter;
    if (clientId !== undefined) matching.andWhere('c.clientId = :clientId', { clientId });
    if (enabled !== undefined) matching.andWhere('c.enabled = :enabled', { enabled });
    if (clientType !== undefined) matching.andWhere('c.clientType = :clientType', { clientType });
    if (search !== null && search !== '') {
      matching.andWhere(`(${anyPart('c.name')} OR ${anyPart('c.clientId')})`, { search });
    }
    return matching;
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

function startAfter(
  page: SelectQueryBuilder<ClientEntity>,
  { column, type }: SortColumn,
  direction: 'ASC' | 'DESC',
  { value, id }: ListPosition,
): void {
  const operator = direction === 'ASC' ? '>' : '<';
  page.andWhere(`(${column}, c.id) ${operator} (CAST(:value AS ${type}), CAST(:id AS uuid))`, { value, id });
}
