import { AppError } from '#errors';
import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';

/**
 * SQLSTATEs after which the same work may succeed: 08 connection, 53 resources (disk full), 57P shutdown, 57014 time-out, 55P03 lock
 * not available, 40 serialization failure and deadlock, 25006 read-only (a replica, or one that an operator has closed).
 */
const TRANSIENT = /^(?:08|53|57P|57014|55P03|40|25006)/;

/** Runs a read. @throws AppError `unavailable` when the database is away or too busy; other errors pass. */
export async function available<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw asUnavailable(error);
  }
}

/** An error of the database as `unavailable` when trying again may help; anything else as it is. */
export function asUnavailable(error: unknown): unknown {
  if (error instanceof AppError || !isTransient(error)) return error;
  return new AppError('unavailable', { reason: 'database', cause: error });
}

function isTransient(error: unknown): boolean {
  // TypeORM lets go of a connection that broke between two statements of a transaction.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true;
  if (error instanceof QueryFailedError) {
    const { code }: { readonly code?: unknown } = error.driverError;
    // Without a SQLSTATE the server has not judged the statement: the connection broke, or no answer came in time.
    return typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || TRANSIENT.test(code);
  }
  // By its members: an error of Node's own modules need not be of this realm's `Error`.
  const { code = '', message = '' } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  return CONNECTION_FAILURES.test(`${String(code)} ${String(message)}`);
}

/** What `pg` and its pool say when there is no connection to be had. */
const CONNECTION_FAILURES =
  /^(?:08\w{3}|53\w{3}|57P\w{2}|ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|ENOENT|EHOSTUNREACH) |timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Driver not Connected/;
