/** How many rows one statement writes: PostgreSQL takes 65,535 parameters. */
const ROWS_AT_ONCE = 1_000;

/** Divides rows into what one statement writes. */
export function portions<T>(rows: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(rows.length / ROWS_AT_ONCE);
  return Array.from({ length: count }, (_, index) => rows.slice(index * ROWS_AT_ONCE, (index + 1) * ROWS_AT_ONCE));
}
