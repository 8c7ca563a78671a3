import type {
  Client as ClientReply,
  ClientSecretInfo,
  ClientUri as ClientUriReply,
  Realm as RealmReply,
} from '#contracts';
import { hasLiveSecret, type ClientSecret } from '../domain/client-secret.js';
import type { ClientUri } from '../domain/client-uri.js';
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
    hasSecret: hasLiveSecret(client.secrets, now),
    serviceAccountUserId: client.serviceAccountUserId,
    redirectUris: client.redirectUris.map((uri) => uriReply(client.id, uri)),
    accessTokenLifetimeSeconds: client.accessTokenLifetimeSeconds,
    refreshTokenLifetimeSeconds: client.refreshTokenLifetimeSeconds,
    idTokenLifetimeSeconds: client.idTokenLifetimeSeconds,
    temporaryTokenLifetimeSeconds: client.temporaryTokenLifetimeSeconds,
    version: client.version,
    createdAt: client.createdAt.toISOString(),
    updatedAt: client.updatedAt.toISOString(),
  };
}

/** A secret as the contract shows it: never its hash, and its text is not even known. */
export function secretReply({ id, name, hint, createdAt, expiresAt, lastUsedAt }: ClientSecret): ClientSecretInfo {
  return {
    id,
    name,
    hint,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}

/** A URI of a client as the contract shows it. */
export function uriReply(clientId: string, { id, value, enabled, createdAt, updatedAt }: ClientUri): ClientUriReply {
  return {
    id,
    clientId,
    value,
    enabled,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
