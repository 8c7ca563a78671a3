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

/** Why a `client_id` cannot be had. */
export const CLIENT_ID_TAKEN = 'client_id_taken';

/** The `client_id` is taken in the realm. */
export function clientIdTaken(): AppError {
  return new AppError('conflict', {
    detail: 'A client with this client_id exists already.',
    reason: CLIENT_ID_TAKEN,
  });
}

/** Why a `client_id` that nobody has any more cannot be had yet. */
export const CLIENT_ID_NOT_FREE_YET = 'client_id_not_free_yet';

/**
 * The `client_id` was another client's until a moment ago, and roles has not heard yet that it is not: tokens may still carry that
 * client's permissions under this name.
 */
export function clientIdNotFreeYet(): AppError {
  return new AppError('unavailable', {
    detail: 'The client_id belonged to another client until a moment ago and is not free yet.',
    reason: CLIENT_ID_NOT_FREE_YET,
    retryAfterSeconds: 1,
  });
}

/** Why a change that was made is not called done. */
export const ROLES_NOT_FOLLOWED = 'roles_not_followed';

/** Clients were deleted or have another `client_id`, and roles could not be told. It is told as soon as it answers. */
export function rolesNotFollowed(cause: unknown): AppError {
  return new AppError('unavailable', {
    detail:
      'The change was made, but roles could not be told yet: until then tokens may carry what the roles of clients grant under their former client_id.',
    reason: ROLES_NOT_FOLLOWED,
    retryAfterSeconds: 1,
    cause,
  });
}

/** Optimistic concurrency (RFC 9110 §13.1.1). @throws AppError `precondition_failed`; null asks for no particular version. */
export function checkVersion(ifVersion: number | null, version: number): void {
  if (ifVersion === null || ifVersion === version) return;
  throw new AppError('precondition_failed', { detail: 'It was changed since it was read.', reason: 'version_differs' });
}
