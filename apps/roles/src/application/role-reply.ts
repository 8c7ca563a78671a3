import type { Role } from '#contracts';
import type { DescribedRole } from './describe-roles.js';

/** The message form of a role. */
export function roleReply(role: DescribedRole): Role {
  const { id, realmId, clientId, name, description, permissionNames, version, createdAt, updatedAt } = role;
  return {
    id,
    realmId,
    clientId,
    name,
    description,
    permissions: [...permissionNames],
    version,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
