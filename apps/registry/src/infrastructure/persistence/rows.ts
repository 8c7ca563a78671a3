import { searchKeysOf, searchTextOf } from '#database';
import type { ClientSecret } from '../../domain/client-secret.js';
import type { Client } from '../../domain/client.js';
import type { Provision } from '../../domain/provision.js';
import type { Realm } from '../../domain/realm.js';
import type { ClientUri, UriOwner } from '../../domain/client-uri.js';
import type { ClientSecretEntity } from './entities/client-secret.entity.js';
import type { ClientEntity } from './entities/client.entity.js';
import type { ProvisionEntity } from './entities/provision.entity.js';
import type { RealmEntity } from './entities/realm.entity.js';
import type { ClientUriEntity, RedirectUriEntity } from './entities/client-uri.entities.js';

/** A realm of its row. */
export function toRealm(row: RealmEntity): Realm {
  return {
    id: row.id,
    name: row.name,
    displayName: row.displayName,
    enabled: row.enabled,
    settings: {
      accessTokenLifetimeSeconds: row.accessTokenLifetimeSeconds,
      refreshTokenLifetimeSeconds: row.refreshTokenLifetimeSeconds,
      idTokenLifetimeSeconds: row.idTokenLifetimeSeconds,
      temporaryTokenLifetimeSeconds: row.temporaryTokenLifetimeSeconds,
      defaultSigningAlgorithm: row.defaultSigningAlgorithm,
      passwordPolicy: row.passwordPolicy,
    },
    version: row.version,
    snapshotVersion: row.snapshotVersion,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

/** A row of its realm. */
export function fromRealm({ settings, ...realm }: Realm): RealmEntity {
  return { ...realm, ...settings, searchText: searchTextOf(realm.name, realm.displayName) };
}

/** A client of its rows. */
export function toClient(
  row: ClientEntity,
  secrets: readonly ClientSecretEntity[],
  redirectUris: readonly RedirectUriEntity[],
): Client {
  const { searchText: _searchText, searchKeys: _searchKeys, ...client } = row;
  return { ...client, secrets: secrets.map(toSecret), redirectUris: redirectUris.map(toUri) };
}

/** The row of a client, without what has rows of its own. */
export function fromClient({ secrets: _secrets, redirectUris: _redirectUris, ...row }: Client): ClientEntity {
  const searchText = searchTextOf(row.name, row.clientId);
  return { ...row, searchText, searchKeys: searchKeysOf(row.realmId, searchText) };
}

/** The row of a secret. */
export function fromSecret(client: Client, secret: ClientSecret): ClientSecretEntity {
  return { ...secret, realmId: client.realmId, clientUuid: client.id };
}

/** A URI of its row. */
export function toUri({ id, value, enabled, createdAt, updatedAt }: ClientUriEntity): ClientUri {
  return { id, value, enabled, createdAt, updatedAt };
}

/** The row of a URI. */
export function fromUri(client: UriOwner, uri: ClientUri): ClientUriEntity {
  return { ...uri, realmId: client.realmId, clientUuid: client.id };
}

/** A provision of its row. */
export function toProvision({ clientUuid, ...row }: ProvisionEntity): Provision {
  return { ...row, clientId: clientUuid };
}

/** The row of a provision. */
export function fromProvision({ clientId, ...provision }: Provision): ProvisionEntity {
  return { ...provision, clientUuid: clientId };
}

/** PostgreSQL's text cannot hold U+0000: nothing stored can be equal to a text with it. */
export function isStorable(text: string): boolean {
  return !text.includes('\u0000');
}

function toSecret({ realmId: _realmId, clientUuid: _clientUuid, ...secret }: ClientSecretEntity): ClientSecret {
  return secret;
}
