import { REALM_MANAGEMENT_CLIENT_ID, REALM_SCOPE } from '#contracts';
import { MasterKey } from '#envelope';
import { v7 as uuidv7 } from 'uuid';
import { systemClientsOf } from '../../apps/registry/src/domain/system-clients.js';
import { newRealm, type Realm } from '../../apps/registry/src/domain/realm.js';
import { ClientEntity } from '../../apps/registry/src/infrastructure/persistence/entities/client.entity.js';
import { RealmEntity } from '../../apps/registry/src/infrastructure/persistence/entities/realm.entity.js';
import { fromClient, fromRealm, toRealm } from '../../apps/registry/src/infrastructure/persistence/rows.js';
import { BUILT_IN_ROLES } from '../../apps/roles/src/domain/role.js';
import { RoleEntity } from '../../apps/roles/src/infrastructure/persistence/role.entity.js';
import { ScopeEntity } from '../../apps/roles/src/infrastructure/persistence/scope.entity.js';
import { JoseKeyVault } from '../../apps/tokens/src/infrastructure/keys/jose-key-vault.js';
import { SigningKeyEntity } from '../../apps/tokens/src/infrastructure/persistence/signing-key.entity.js';
import type { Databases } from './databases.js';
import { insertRows, nextVersions } from './insert-rows.js';
import { seededTime } from './seeded.js';

/** The realms of these names: as they are stored, or new. */
export async function ensureRealms(
  databases: Databases,
  names: readonly string[],
  masterKey: string | null,
): Promise<readonly Realm[]> {
  const { registry } = databases;
  const stored = await registry.manager
    .createQueryBuilder(RealmEntity, 'r')
    .where('r.name = ANY(:names)', { names })
    .getMany();
  const present = new Map(stored.map((row) => [row.name, toRealm(row)]));
  const missing = names.filter((name) => !present.has(name));
  const made = missing.map((name, index) =>
    newRealm({ id: uuidv7(), name, displayName: `Seeded ${name}` }, seededTime(index)),
  );
  // As the registry does it: the realm itself comes last, so that it either works or is not there.
  await insertRoles(databases, made);
  if (masterKey !== null) await insertKeys(databases, made, new JoseKeyVault(new MasterKey(masterKey)));
  await insertRealms(databases, made);
  for (const realm of made) present.set(realm.name, realm);
  return names.flatMap((name) => present.get(name) ?? []);
}

async function insertRoles({ roles }: Databases, realms: readonly Realm[]): Promise<void> {
  const versions = await nextVersions(roles.manager, 'roles', realms.length * (1 + BUILT_IN_ROLES.length));
  let next = 0;
  const version = (): number => versions[next++] ?? 0;
  const scopes: ScopeEntity[] = realms.map(({ id: realmId, name: realmName }) => ({
    realmId,
    scope: REALM_SCOPE,
    realmName,
    audience: REALM_MANAGEMENT_CLIENT_ID,
    audienceVersion: 0,
    version: version(),
    removed: false,
  }));
  const builtIn: RoleEntity[] = realms.flatMap(({ id: realmId, createdAt }) =>
    BUILT_IN_ROLES.map(({ name, description, mask }) => ({
      id: uuidv7(),
      realmId,
      clientId: null,
      scope: REALM_SCOPE,
      name,
      description,
      permissions: mask,
      version: version(),
      createdAt,
      updatedAt: createdAt,
    })),
  );
  await insertRows(roles.manager, ScopeEntity, scopes);
  await insertRows(roles.manager, RoleEntity, builtIn);
}

async function insertKeys({ tokens }: Databases, realms: readonly Realm[], vault: JoseKeyVault): Promise<void> {
  const versions = await nextVersions(tokens.manager, 'tokens', realms.length);
  const keys: SigningKeyEntity[] = [];
  for (const [index, { id: realmId, settings, createdAt }] of realms.entries()) {
    const { kid, algorithm, publicJwk, sealed } = await vault.generate(realmId, settings.defaultSigningAlgorithm);
    keys.push({
      ...{ kid, realmId, algorithm, state: 'active', publicJwk: JSON.stringify(publicJwk) },
      ...sealed,
      longestLifetimeSeconds: 0,
      snapshotVersion: versions[index] ?? 0,
      createdAt,
      retiredAt: null,
      publishedUntil: null,
    });
  }
  await insertRows(tokens.manager, SigningKeyEntity, keys);
}

async function insertRealms({ registry }: Databases, realms: readonly Realm[]): Promise<void> {
  await registry.transaction(async (manager) => {
    const clients = realms.flatMap((realm) => systemClientsOf(realm, uuidv7));
    const versions = await nextVersions(manager, 'registry', realms.length + clients.length);
    const versioned = <T>(rows: readonly T[], from: number) =>
      rows.map((row, index) => ({ ...row, snapshotVersion: versions[from + index] ?? 0 }));
    await insertRows(manager, RealmEntity, versioned(realms, 0).map(fromRealm));
    await insertRows(manager, ClientEntity, versioned(clients, realms.length).map(fromClient));
  });
}
