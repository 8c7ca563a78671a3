import type { EntityManager, ObjectLiteral } from 'typeorm';

/**
 * Adds rows of an entity in one statement, whatever their number: a parameter for each column, not for each value. Rows that are there
 * already stay. Several times as fast as TypeORM's own.
 */
export async function insertRows<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: new () => Row,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const { columns, tablePath } = manager.connection.getMetadata(entity);
  const written = columns.filter(({ isInsert }) => isInsert);
  const names = written.map(({ databaseName }) => databaseName);
  const values = written.map(({ isArray, databaseName, type }) =>
    isArray ? `CAST(x.${databaseName} AS ${String(type)}[])` : `x.${databaseName}`,
  );
  const types = written.map(
    ({ isArray, type }, index) => `$${String(index + 1)}::${isArray ? 'text' : String(type)}[]`,
  );
  await manager.query(
    `INSERT INTO ${tablePath} (${names.join(', ')})
     SELECT ${values.join(', ')} FROM unnest(${types.join(', ')}) AS x (${names.join(', ')})
     ON CONFLICT DO NOTHING`,
    written.map((column) =>
      rows.map((row) => {
        const value: unknown = column.getEntityValue(row, true);
        return column.isArray && Array.isArray(value) ? `{${value.join(',')}}` : (value ?? null);
      }),
    ),
  );
}

/** So many new versions of snapshots, ascending. */
export async function nextVersions(manager: EntityManager, schema: string, count: number): Promise<readonly number[]> {
  const rows: readonly { readonly version: string }[] = await manager.query(
    `SELECT nextval('${schema}.snapshot_version') AS version FROM generate_series(1, $1)`,
    [count],
  );
  return rows.map(({ version }) => Number(version));
}
