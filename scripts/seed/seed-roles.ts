import { REALM_SCOPE } from '#contracts';
import type { Realm } from '../../apps/registry/src/domain/realm.js';
import { PermissionEntity } from '../../apps/roles/src/infrastructure/persistence/permission.entity.js';
import { RoleEntity } from '../../apps/roles/src/infrastructure/persistence/role.entity.js';
import type { Databases } from './databases.js';
import { insertRows, nextVersions } from './insert-rows.js';
import { seededId, seededTime } from './seeded.js';

/** The realm's own permissions: bits 32 to 62. */
const FIRST_BIT = 32;
const PERMISSIONS = 31;

/** Makes so many roles of a realm over permissions of its own, unless they are there. @returns their ids, as numbered. */
export async function ensureRoles(
  { roles }: Databases,
  realm: Realm,
  names: readonly string[],
): Promise<readonly string[]> {
  const permissions: PermissionEntity[] = Array.from({ length: PERMISSIONS }, (_, index) => ({
    realmId: realm.id,
    scope: REALM_SCOPE,
    bit: FIRST_BIT + index,
    name: `seed:act-${String(index)}`,
    description: null,
    version: 1,
    retiredAt: null,
  }));
  const at = seededTime(0);
  return roles.transaction(async (manager) => {
    const versions = await nextVersions(manager, 'roles', names.length + 1);
    const rows: RoleEntity[] = names.map((name, index) => ({
      id: seededId(realm.id, `role/${name}`, at),
      realmId: realm.id,
      clientId: null,
      scope: REALM_SCOPE,
      name,
      description: null,
      permissions: 1n << BigInt(FIRST_BIT + (index % PERMISSIONS)),
      version: versions[index] ?? 0,
      createdAt: at,
      updatedAt: at,
    }));
    await insertRows(manager, PermissionEntity, permissions);
    await insertRows(manager, RoleEntity, rows);
    await manager.query('UPDATE roles.scopes SET version = $3 WHERE realm_id = $1 AND scope = $2', [
      ...[realm.id, REALM_SCOPE, versions.at(-1)],
    ]);
    return rows.map(({ id }) => id);
  });
}
