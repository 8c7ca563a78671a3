import { ADMIN_CLI_CLIENT_ID, MASTER_REALM, REALM_MANAGEMENT_CLIENT_ID } from '#contracts';
import type { Client } from './client.js';
import { REALM_LIFETIMES } from './lifetimes.js';
import type { Realm } from './realm.js';

interface SystemClient {
  readonly clientId: string;
  readonly name: string;
  readonly description: string;
  readonly publicClient: boolean;
  readonly directAccessGrantsEnabled: boolean;
  readonly masterOnly: boolean;
}

/** The clients that come with a realm (API.md §2). `realm-management` is an API only: it has neither secret nor grants. */
const SYSTEM_CLIENTS: readonly SystemClient[] = [
  {
    clientId: REALM_MANAGEMENT_CLIENT_ID,
    name: 'Realm management',
    description: 'The administration API of this realm.',
    publicClient: false,
    directAccessGrantsEnabled: false,
    masterOnly: false,
  },
  {
    clientId: 'console',
    name: 'Console',
    description: 'The web console of administrators.',
    publicClient: true,
    directAccessGrantsEnabled: false,
    masterOnly: false,
  },
  {
    clientId: 'account',
    name: 'Account',
    description: 'The pages on which people manage their own account.',
    publicClient: true,
    directAccessGrantsEnabled: false,
    masterOnly: false,
  },
  {
    clientId: ADMIN_CLI_CLIENT_ID,
    name: 'Admin CLI',
    description: 'Scripts and infrastructure tools sign in with it before they have a service account.',
    publicClient: true,
    directAccessGrantsEnabled: true,
    masterOnly: true,
  },
];

/** What a system client comes with, unless somebody changes it; undefined for a name that none has. */
export function systemClientFacts(clientId: string): Pick<Client, 'name' | 'description'> | undefined {
  return SYSTEM_CLIENTS.find((client) => client.clientId === clientId);
}

/** The system clients of a new realm. */
export function systemClientsOf(realm: Realm, makeId: () => string): readonly Client[] {
  return SYSTEM_CLIENTS.filter(({ masterOnly }) => !masterOnly || realm.name === MASTER_REALM).map((client) => ({
    ...REALM_LIFETIMES,
    id: makeId(),
    realmId: realm.id,
    clientId: client.clientId,
    name: client.name,
    description: client.description,
    owner: null,
    clientType: 'system',
    publicClient: client.publicClient,
    enabled: true,
    serviceAccountEnabled: false,
    directAccessGrantsEnabled: client.directAccessGrantsEnabled,
    firstParty: true,
    serviceAccountUserId: null,
    secrets: [],
    redirectUris: [],
    version: 1,
    snapshotVersion: 0,
    createdAt: realm.createdAt,
    updatedAt: realm.createdAt,
  }));
}
