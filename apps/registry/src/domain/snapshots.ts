import type { ClientSnapshot, RealmSnapshot, SnapshotOf } from '#contracts';
import type { ClientSecret } from './client-secret.js';
import type { Client } from './client.js';
import { changePolicy } from './password-policy.js';
import type { Realm } from './realm.js';

/**
 * What issuance sees of a realm. Equal versions must have equal values, so this depends on nothing but the row: not on the
 * time, and with its members in one order.
 */
export function realmSnapshotOf(realm: Realm): SnapshotOf<typeof RealmSnapshot> {
  const { settings } = realm;
  return {
    id: realm.id,
    name: realm.name,
    enabled: realm.enabled,
    settings: {
      accessTokenLifetimeSeconds: settings.accessTokenLifetimeSeconds,
      refreshTokenLifetimeSeconds: settings.refreshTokenLifetimeSeconds,
      idTokenLifetimeSeconds: settings.idTokenLifetimeSeconds,
      temporaryTokenLifetimeSeconds: settings.temporaryTokenLifetimeSeconds,
      defaultSigningAlgorithm: settings.defaultSigningAlgorithm,
      passwordPolicy: changePolicy(settings.passwordPolicy, {}),
    },
  };
}

/** What issuance sees of a client; see `realmSnapshotOf`. Readers compare the secrets' expiry with their own clock. */
export function clientSnapshotOf(client: Omit<Client, 'redirectUris'>): SnapshotOf<typeof ClientSnapshot> {
  return {
    id: client.id,
    realmId: client.realmId,
    clientId: client.clientId,
    clientType: client.clientType,
    publicClient: client.publicClient,
    enabled: client.enabled,
    serviceAccountEnabled: client.serviceAccountEnabled,
    directAccessGrantsEnabled: client.directAccessGrantsEnabled,
    serviceAccountUserId: client.serviceAccountUserId,
    secrets: [...client.secrets].sort(byId).map(({ id, sha256, expiresAt }) => ({
      id,
      sha256: sha256.toString('base64url'),
      expiresAt: expiresAt?.toISOString() ?? null,
    })),
    accessTokenLifetimeSeconds: client.accessTokenLifetimeSeconds,
  };
}

function byId(a: ClientSecret, b: ClientSecret): number {
  return a.id < b.id ? -1 : 1;
}
