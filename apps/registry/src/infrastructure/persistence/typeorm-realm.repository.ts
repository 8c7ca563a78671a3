import { available, textSearchOf } from '#database';
import { Injectable } from '@nestjs/common';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import type { Realm } from '../../domain/realm.js';
import { RealmRepository, type Page, type RealmQuery } from '../../domain/repositories.js';
import { RealmEntity } from './entities/realm.entity.js';
import { isStorable, toRealm } from './rows.js';
import { selectList, withNumbers } from './raw-rows.js';

/** The column of an order, the type that a position's text is compared as, and a realm's value of it. */
const BY_NAME = ['r.name', 'text', ({ name }: Realm) => name] as const;
const BY_CREATION = ['r.createdAt', 'timestamptz', ({ createdAt }: Realm) => createdAt.toISOString()] as const;

/** Realms in PostgreSQL. */
@Injectable()
export class TypeOrmRealmRepository extends RealmRepository {
  private readonly columns: string;

  constructor(private readonly dataSource: DataSource) {
    super();
    this.columns = selectList(dataSource, RealmEntity, 'r');
  }

  async findById(id: string): Promise<Realm | null> {
    const row = await available(() => this.dataSource.manager.findOne(RealmEntity, { where: { id } }));
    return row === null ? null : toRealm(row);
  }

  async findByName(name: string): Promise<Realm | null> {
    if (!isStorable(name)) return null;
    const row = await available(() => this.dataSource.manager.findOne(RealmEntity, { where: { name } }));
    return row === null ? null : toRealm(row);
  }

  async findForClient(
    id: string,
    clientId: string,
  ): Promise<{ readonly realm: Realm; readonly taken: boolean } | null> {
    const rows: readonly (RealmEntity & { readonly taken: boolean })[] = await available(() =>
      this.dataSource.query(
        `SELECT ${this.columns}, EXISTS (
           SELECT 1 FROM registry.clients c WHERE c.realm_id = r.id AND c.client_id = $2
         ) AS taken
         FROM registry.realms r WHERE r.id = $1`,
        // No client has an empty one.
        [id, isStorable(clientId) ? clientId : ''],
      ),
    );
    const [row] = rows;
    return row === undefined ? null : { realm: toRealm(withNumbers(row)), taken: row.taken };
  }

  async list(query: RealmQuery): Promise<Page<Realm>> {
    const { search, onlyName, after, limit } = query;
    const [column, type, valueOf] = query.sort.endsWith('name') ? BY_NAME : BY_CREATION;
    const [direction, operator] = query.sort.startsWith('-') ? (['DESC', '<'] as const) : (['ASC', '>'] as const);
    // Realms need no index for searches: 10,000 are looked through in a few milliseconds.
    const asked = search === null || search === '' ? undefined : (textSearchOf('', search)?.text ?? null);
    if (asked === null || !isStorable(onlyName ?? '')) return { items: [], next: null, total: 0 };
    const total = await available(() => this.matching(query, asked).getCount());
    const page = this.matching(query, asked)
      .orderBy(column, direction)
      .addOrderBy('r.id', direction)
      .limit(limit + 1);
    if (after !== null) {
      const { value, id } = after;
      page.andWhere(`(${column}, r.id) ${operator} (CAST(:value AS ${type}), CAST(:id AS uuid))`, { value, id });
    }
    const rows = await available(() => page.getMany());
    const items = rows.slice(0, limit).map(toRealm);
    const last = items.at(-1);
    const next = rows.length > limit && last !== undefined ? { value: valueOf(last), id: last.id } : null;
    return { items, next, total };
  }

  private matching({ onlyName, enabled }: RealmQuery, search: string | undefined): SelectQueryBuilder<RealmEntity> {
    const matching = this.dataSource.manager.createQueryBuilder(RealmEntity, 'r');
    if (enabled !== undefined) matching.andWhere('r.enabled = :enabled', { enabled });
    if (onlyName !== null) matching.andWhere('r.name = :onlyName', { onlyName });
    if (search !== undefined) matching.andWhere('position(CAST(:search AS text) IN r.searchText) > 0', { search });
    return matching;
  }
}
