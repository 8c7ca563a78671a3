import { toSafeInteger } from '#database';
import type { DataSource } from 'typeorm';
import type { ClientEntity } from './entities/client.entity.js';
import type { RealmEntity } from './entities/realm.entity.js';

/** Every column of an entity, named in SQL and renamed to its property. */
export function selectList(
  dataSource: DataSource,
  entity: typeof RealmEntity | typeof ClientEntity,
  alias: string,
): string {
  return dataSource
    .getMetadata(entity)
    .columns.filter(({ isSelect }) => isSelect)
    .map(({ databaseName, propertyName }) => `${alias}.${databaseName} AS "${propertyName}"`)
    .join(', ');
}

/** Raw queries give `bigint` as text. */
export function withNumbers<Row extends { readonly version: number; readonly snapshotVersion: number }>(row: Row): Row {
  return { ...row, version: toSafeInteger(row.version), snapshotVersion: toSafeInteger(row.snapshotVersion) };
}
