import type { Actor, RegisterClient, RequestOf } from '#contracts';
import { v7 as uuidv7 } from 'uuid';
import { secretAtRest, makeSecretText } from '../domain/client-secret.js';
import type { Client } from '../domain/client.js';
import { REALM_LIFETIMES } from '../domain/lifetimes.js';
import { newRealm, type Realm } from '../domain/realm.js';

/** When the tests' clock stands. */
export const NOW = new Date('2026-03-01T12:00:00.000Z');

/** An administrator. */
export const ADMINISTRATOR: Actor = {
  kind: 'user',
  id: '01890000-0000-7000-8000-000000000001',
  clientId: 'admin-cli',
  realm: 'master',
  permissions: ['create_client', 'manage_clients', 'manage_realm', 'manage_roles', 'view_users'],
  peer: { ip: '192.0.2.7', userAgent: 'test' },
};

/** A realm. */
export function aRealm(facts: Partial<Realm> = {}): Realm {
  const { name = 'acme', displayName = null, id = uuidv7() } = facts;
  return { ...newRealm({ id, name, displayName }, NOW), ...facts };
}

/** A confidential client with one secret. */
export function aClient(realm: Realm, facts: Partial<Client> = {}): Client {
  return {
    ...REALM_LIFETIMES,
    id: uuidv7(),
    realmId: realm.id,
    clientId: 'billing',
    name: 'Billing',
    description: null,
    owner: null,
    clientType: 'confidential',
    publicClient: false,
    enabled: true,
    serviceAccountEnabled: false,
    directAccessGrantsEnabled: false,
    firstParty: false,
    serviceAccountUserId: null,
    secrets: [secretAtRest(makeSecretText(), { id: uuidv7(), createdAt: NOW })],
    redirectUris: [],
    version: 1,
    snapshotVersion: 0,
    createdAt: NOW,
    updatedAt: NOW,
    ...facts,
  };
}

/** A request for a confidential client. */
export function aRegistration(
  realmId: string,
  facts: Partial<RequestOf<typeof RegisterClient>> = {},
): RequestOf<typeof RegisterClient> {
  return {
    ...REALM_LIFETIMES,
    actor: ADMINISTRATOR,
    realmId,
    name: 'Billing',
    clientId: 'billing',
    clientType: 'confidential',
    enabled: true,
    serviceAccountEnabled: false,
    directAccessGrantsEnabled: false,
    firstParty: false,
    description: null,
    owner: null,
    redirectUris: [],
    ...facts,
  };
}
