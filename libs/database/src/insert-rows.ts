import type { EntityManager, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';

/** A column as `insertRows` needs it. */
interface InsertedColumn<Row> {
  readonly name: string;
  valueOf(row: Row): unknown;
}

interface Insertion<Row> {
  readonly table: string;
  readonly names: string;
  readonly columns: readonly InsertedColumn<Row>[];
}

const insertions = new WeakMap<EntityMetadata, Insertion<ObjectLiteral>>();

/**
 * The `INSERT` of any number of complete rows of an entity, which travel as one parameter: `rowsAsJson`. To be a statement of its own or
 * one of a `WITH`, so that what belongs together is one round trip: each costs sender, server and receiver more than the rows do.
 */
export function insertionOf<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  parameter: number,
): string {
  const { table, names } = insertion(manager, entity);
  return `INSERT INTO ${table} (${names})
    SELECT ${names} FROM json_populate_recordset(NULL::${table}, $${parameter}::json)`;
}

/** Rows as the parameter of `insertionOf`. */
export function rowsAsJson<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  rows: readonly Row[],
): string {
  const { columns } = insertion(manager, entity);
  return JSON.stringify(
    rows.map((row) => Object.fromEntries(columns.map(({ name, valueOf }) => [name, asJson(valueOf(row))]))),
  );
}

/** Inserts complete rows of an entity: one statement however many there are, none when there are none. */
export async function insertRows<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  await manager.query(insertionOf(manager, entity, 1), [rowsAsJson(manager, entity, rows)]);
}

function insertion<Row extends ObjectLiteral>(manager: EntityManager, entity: EntityTarget<Row>): Insertion<Row> {
  const metadata = manager.dataSource.getMetadata(entity);
  const known = insertions.get(metadata);
  if (known !== undefined) return known as Insertion<Row>;
  const made: Insertion<Row> = {
    table: metadata.tablePath,
    names: metadata.columns.map(({ databaseName }) => databaseName).join(', '),
    columns: metadata.columns.map((column) => ({
      name: column.databaseName,
      valueOf: (row) => column.getEntityValue(row, true) as unknown,
    })),
  };
  insertions.set(metadata, made as Insertion<ObjectLiteral>);
  return made;
}

/** As PostgreSQL reads it into the column's type. */
function asJson(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`;
  return value;
}
