import type { Permission, Role } from '#contracts';

/** A role as the API shows it. */
export function roleView(role: Role) {
  return {
    id: role.id,
    realm_id: role.realmId,
    client_id: role.clientId,
    name: role.name,
    description: role.description,
    permissions: role.permissions,
    created_at: role.createdAt,
    updated_at: role.updatedAt,
  };
}

/** A permission of a catalogue as the API shows it. */
export function permissionView(permission: Permission) {
  return {
    bit: permission.bit,
    name: permission.name,
    description: permission.description,
    built_in: permission.builtIn,
    reserved: permission.reserved,
  };
}
