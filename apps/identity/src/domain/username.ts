/** Begins every service account's username, and nobody else's. */
const SERVICE_ACCOUNT_PREFIX = 'service-account-';

/** The username of a client's service account. */
export function serviceAccountUsername(clientIdentifier: string): string {
  return `${SERVICE_ACCOUNT_PREFIX}${clientIdentifier}`;
}

/** The `client_id` in a service account's username. */
export function clientIdentifierOf(username: string): string {
  return username.slice(SERVICE_ACCOUNT_PREFIX.length);
}

/**
 * What people's usernames are compared by, so that nobody can pass for `Alice` as `alice`, nor with another encoding of the
 * same letters. Made here, because `lower()` of a database depends on its locale.
 */
export function usernameKey(username: string): string {
  return username.normalize('NFC').toLowerCase();
}

/** Whether a name is kept for service accounts, in whatever case. */
export function isReservedUsername(username: string): boolean {
  return usernameKey(username).startsWith(SERVICE_ACCOUNT_PREFIX);
}
