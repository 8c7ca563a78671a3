import { RemoveClientRoles, RenameClientRoles } from '#contracts';
import { available, pageOfMany, textSearchOf, type TextSearch } from '#database';
import { Injectable } from '@nestjs/common';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import type { Client } from '../../domain/client.js';
import { ClientRepository, type ClientQuery, type ListPosition, type Page } from '../../domain/repositories.js';
import { ClientEntity } from './entities/client.entity.js';
import { completeClients } from './load-clients.js';
import { isStorable } from './rows.js';
import { untoldClients } from './vacated-client-ids.js';

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

/** The columns that lists are filtered by: named here, so that no member of a message becomes a part of a statement. */
const FILTERS = [
  'clientId',
  'name',
  'owner',
  'enabled',
  'clientType',
  'publicClient',
  'firstParty',
  'serviceAccountEnabled',
  'directAccessGrantsEnabled',
] as const satisfies readonly (keyof ClientQuery['filter'] & keyof ClientEntity)[];

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

  async deletedUntold(realmId: string, ids?: readonly string[]): Promise<readonly string[]> {
    return available(() => untoldClients(this.dataSource.manager, RemoveClientRoles, realmId, ids));
  }

  async isRenamedUntold(realmId: string, id: string): Promise<boolean> {
    return available(
      async () => (await untoldClients(this.dataSource.manager, RenameClientRoles, realmId, [id])).length > 0,
    );
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
    if (wanted === null || ![filter.clientId, filter.name, filter.owner].every((text) => isStorable(text ?? ''))) {
      return { items: [], next: null, total: 0 };
    }
    return available(() => this.page(realmId, query, wanted));
  }

  private async page(realmId: string, query: ClientQuery, wanted: TextSearch | undefined): Promise<Page<Client>> {
    const { rows, ...count } = await pageOfMany({
      alias: 'c',
      matching: () => this.matching(realmId, query),
      ordered: (found) => inOrder(found, query),
      wanted,
      limit: query.limit,
      textInOrders: true,
    });
    const shown = rows.slice(0, query.limit);
    const last = shown.at(-1);
    const { valueOf } = SORTS[query.sort][0];
    return {
      items: await completeClients(this.dataSource.manager, realmId, shown),
      next: rows.length > query.limit && last !== undefined ? { value: valueOf(last), id: last.id } : null,
      ...count,
    };
  }

  private matching(realmId: string, { filter }: ClientQuery): SelectQueryBuilder<ClientEntity> {
    const matching = this.dataSource.manager
      .createQueryBuilder(ClientEntity, 'c')
      .where('c.realmId = :realmId', { realmId });
    for (const member of FILTERS) {
      const value = filter[member];
      if (value !== undefined) matching.andWhere(`c.${member} = :${member}`, { [member]: value });
    }
    // No confidential client is public: those that are have an index of their own.
    if (filter.publicClient === true) matching.andWhere("c.clientType <> 'confidential'");
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

function inOrder(
  matching: SelectQueryBuilder<ClientEntity>,
  { sort, after }: ClientQuery,
): SelectQueryBuilder<ClientEntity> {
  const [column, direction] = SORTS[sort];
  if (after !== null) startAfter(matching, column, direction, after);
  return matching.orderBy(column.column, direction).addOrderBy('c.id', direction);
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
