import { secretAtRest } from '../../apps/registry/src/domain/client-secret.js';
import type { Client } from '../../apps/registry/src/domain/client.js';
import { REALM_LIFETIMES } from '../../apps/registry/src/domain/lifetimes.js';
import type { Realm } from '../../apps/registry/src/domain/realm.js';
import { ClientSecretEntity } from '../../apps/registry/src/infrastructure/persistence/entities/client-secret.entity.js';
import { RedirectUriEntity } from '../../apps/registry/src/infrastructure/persistence/entities/client-uri.entities.js';
import { ClientEntity } from '../../apps/registry/src/infrastructure/persistence/entities/client.entity.js';
import { fromClient, fromSecret, fromUri } from '../../apps/registry/src/infrastructure/persistence/rows.js';
import { newUser } from '../../apps/identity/src/domain/user.js';
import { serviceAccountUsername } from '../../apps/identity/src/domain/username.js';
import { UserEntity } from '../../apps/identity/src/infrastructure/persistence/user.entity.js';
import { entityOfUser } from '../../apps/identity/src/infrastructure/persistence/user.mapping.js';
import { AssignmentEntity } from '../../apps/roles/src/infrastructure/persistence/assignment.entity.js';
import { SubjectEntity } from '../../apps/roles/src/infrastructure/persistence/subject.entity.js';
import type { Databases } from './databases.js';
import { insertRows, nextVersions } from './insert-rows.js';
import { seededId, seededSecret, type Seed } from './seeded.js';

/** A client to be made: its place, and the roles that its service account shall hold. */
export interface WantedClient {
  readonly realm: Realm;
  readonly clientId: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly roleIds: readonly string[];
}

/** Makes clients with a secret and a service account each, as far as they are not there yet; the clients themselves come last. */
export async function insertClients(databases: Databases, seed: Seed, wanted: readonly WantedClient[]): Promise<void> {
  const clients = wanted.map((one) => clientOf(seed, one));
  await insertAccounts(databases, wanted, clients);
  await insertAssignments(databases, wanted, clients);
  await databases.registry.transaction(async (manager) => {
    const versions = await nextVersions(manager, 'registry', clients.length);
    const rows = clients.map((client, index) => ({ ...client, snapshotVersion: versions[index] ?? 0 }));
    await insertRows(manager, ClientEntity, rows.map(fromClient));
    await insertRows(
      manager,
      ClientSecretEntity,
      rows.flatMap((client) => client.secrets.map((secret) => fromSecret(client, secret))),
    );
    await insertRows(
      manager,
      RedirectUriEntity,
      rows.flatMap((client) => client.redirectUris.map((uri) => fromUri(client, uri))),
    );
  });
}

function clientOf(seed: Seed, { realm, clientId, name, createdAt }: WantedClient): Client {
  const idOf = (what: string): string => seededId(realm.id, `${what}/${clientId}`, createdAt);
  const secret = seededSecret(seed, realm.name, clientId);
  const value = `https://${clientId}.example/callback`;
  return {
    ...REALM_LIFETIMES,
    id: idOf('client'),
    realmId: realm.id,
    clientId,
    name,
    description: 'Made by npm run seed',
    owner: null,
    clientType: 'confidential',
    publicClient: false,
    enabled: true,
    serviceAccountEnabled: true,
    directAccessGrantsEnabled: false,
    firstParty: false,
    serviceAccountUserId: idOf('user'),
    secrets: [secretAtRest(secret, { id: idOf('secret'), createdAt })],
    redirectUris: [{ id: idOf('redirect'), value, enabled: true, createdAt, updatedAt: createdAt }],
    version: 1,
    snapshotVersion: 0,
    createdAt,
    updatedAt: createdAt,
  };
}

async function insertAccounts(
  { identity }: Databases,
  wanted: readonly WantedClient[],
  clients: readonly Client[],
): Promise<void> {
  const versions = await nextVersions(identity.manager, 'identity', clients.length);
  const users = clients.map((client, index) => ({
    ...newUser(
      {
        id: client.serviceAccountUserId ?? '',
        realmId: client.realmId,
        realmName: wanted[index]?.realm.name ?? '',
        clientId: client.id,
        username: serviceAccountUsername(client.clientId),
        enabled: true,
      },
      client.createdAt,
    ),
    version: versions[index] ?? 0,
  }));
  await insertRows(identity.manager, UserEntity, users.map(entityOfUser));
}

async function insertAssignments(
  { roles }: Databases,
  wanted: readonly WantedClient[],
  clients: readonly Client[],
): Promise<void> {
  const holders = clients.flatMap(({ realmId, serviceAccountUserId }, index) => {
    const { roleIds = [] } = wanted[index] ?? {};
    return roleIds.length === 0 ? [] : [{ realmId, subjectId: serviceAccountUserId ?? '', roleIds, index }];
  });
  await roles.transaction(async (manager) => {
    const versions = await nextVersions(manager, 'roles', holders.length);
    const subjects: SubjectEntity[] = holders.map(({ realmId, subjectId }, index) => ({
      ...{
        realmId,
        subjectId,
        version: versions[index] ?? 0,
        ensuredRoleIds: [],
        removed: false,
        withdrawnUntil: null,
      },
    }));
    await insertRows(manager, SubjectEntity, subjects);
    const assignments: AssignmentEntity[] = holders.flatMap(({ realmId, subjectId, roleIds, index }) =>
      roleIds.map((roleId) => ({
        ...{ realmId, subjectId, roleId, assignedAt: clients[index]?.createdAt ?? new Date(0) },
      })),
    );
    await insertRows(manager, AssignmentEntity, assignments);
  });
}
