/**
 * SQL for "`:search` is any part of this column, without case". Both sides are folded, and compared as text: nothing a caller
 * sends is a pattern. The database's own collation folds more than ASCII, which the columns' `"C"` would not.
 */
export function anyPart(column: string): string {
  const folded = (text: string): string => `lower(${text} COLLATE pg_catalog."default")`;
  return `position(${folded('CAST(:search AS text)')} IN ${folded(column)}) > 0`;
}
