import { AppError } from '#errors';

/** There is no such realm. */
export function noSuchRealm(): AppError {
  return new AppError('not_found', { detail: 'No such realm.', reason: 'unknown_realm' });
}

/** There is no such client in the realm. */
export function noSuchClient(): AppError {
  return new AppError('not_found', { detail: 'No such client in this realm.', reason: 'unknown_client' });
}

/** The name of a realm is taken. */
export function realmNameTaken(): AppError {
  return new AppError('conflict', { detail: 'A realm of this name exists already.', reason: 'realm_name_taken' });
}

/** The `client_id` is taken in the realm. */
export function clientIdTaken(): AppError {
  return new AppError('conflict', {
    detail: 'A client with this client_id exists already.',
    reason: 'client_id_taken',
  });
}

/** Optimistic concurrency (RFC 9110 §13.1.1). @throws AppError `precondition_failed`; null asks for no particular version. */
export function checkVersion(ifVersion: number | null, version: number): void {
  if (ifVersion === null || ifVersion === version) return;
  throw new AppError('precondition_failed', { detail: 'It was changed since it was read.', reason: 'version_differs' });
}
