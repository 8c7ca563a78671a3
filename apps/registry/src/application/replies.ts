import type { Client as ClientReply, Realm as RealmReply } from '#contracts';
import type { Client } from '../domain/client.js';
import type { Realm } from '../domain/realm.js';

/** A realm as the contract shows it. */
export function realmReply(realm: Realm): RealmReply {
  return {
    id: realm.id,
    name: realm.name,
    displayName: realm.displayName,
    enabled: realm.enabled,
    settings: { ...realm.settings },
    version: realm.version,
    createdAt: realm.createdAt.toISOString(),
    updatedAt: realm.updatedAt.toISOString(),
  };
}

/** A client as the contract shows it; of its secrets only whether one is in force. */
export function clientReply(client: Client, now: Date): ClientReply {
  return {
    id: client.id,
    realmId: client.realmId,
    clientId: client.clientId,
    name: client.name,
    description: client.description,
    owner: client.owner,
    clientType: client.clientType,
    protocol: 'openid-connect',
    enabled: client.enabled,
    publicClient: client.publicClient,
    serviceAccountEnabled: client.serviceAccountEnabled,
    directAccessGrantsEnabled: client.directAccessGrantsEnabled,
    firstParty: client.firstParty,
    hasSecret: client.secrets.some(({ expiresAt }) => expiresAt === null || expiresAt > now),
    serviceAccountUserId: client.serviceAccountUserId,
    redirectUris: client.redirectUris.map(({ id, value, enabled, createdAt, updatedAt }) => ({
      id,
      clientId: client.id,
      value,
      enabled,
      createdAt: createdAt.toISOString(),
      updatedAt: updatedAt.toISOString(),
    })),
    accessTokenLifetimeSeconds: client.accessTokenLifetimeSeconds,
    refreshTokenLifetimeSeconds: client.refreshTokenLifetimeSeconds,
    idTokenLifetimeSeconds: client.idTokenLifetimeSeconds,
    temporaryTokenLifetimeSeconds: client.temporaryTokenLifetimeSeconds,
    version: client.version,
    createdAt: client.createdAt.toISOString(),
    updatedAt: client.updatedAt.toISOString(),
  };
}
