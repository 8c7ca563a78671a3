import { QueryFailedError } from 'typeorm';

/** SQLSTATE `unique_violation`. */
const UNIQUE_VIOLATION = '23505';

/** Whether a query failed because of a unique constraint (or index), and, when named, of that one. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const driverError: { readonly code?: unknown; readonly constraint?: unknown } = error.driverError;
  return driverError.code === UNIQUE_VIOLATION && (constraint === undefined || driverError.constraint === constraint);
}
