import type { ClientFacts, RealmFacts } from './issuance-attempt.js';

/** How long an access token lives, in seconds: the client's own lifetime, else the realm's. */
export function accessTokenLifetime(realm: RealmFacts, client: ClientFacts): number {
  return client.accessTokenLifetimeSeconds ?? realm.settings.accessTokenLifetimeSeconds;
}
