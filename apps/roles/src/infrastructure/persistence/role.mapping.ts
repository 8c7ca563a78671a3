import type { Role } from '../../domain/role.js';
import type { RoleEntity } from './role.entity.js';

/** A role as `json_build_object` gives it. */
export interface RoleJson extends Omit<Role, 'mask' | 'createdAt' | 'updatedAt'> {
  readonly mask: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Reads a role from a row. */
export function roleOfEntity(entity: RoleEntity): Role {
  const { id, realmId, clientId, name, description, permissions, version, createdAt, updatedAt } = entity;
  return { id, realmId, clientId, name, description, mask: permissions, version, createdAt, updatedAt };
}

/** Reads a role from JSON. */
export function roleOfJson(json: RoleJson): Role {
  return {
    ...json,
    mask: BigInt(json.mask),
    createdAt: new Date(json.createdAt),
    updatedAt: new Date(json.updatedAt),
  };
}
