import { AppError, fieldErrorAt } from '#errors';
import { BUILT_IN_BITS, type PermissionMask } from './mask.js';
import { BUILT_IN_ROLES, type BuiltInRole, type Role } from './role.js';
import type { PermissionCatalogue } from './permission-catalogue.js';

/** How many roles one scope may have: they travel as one snapshot. */
export const MAX_ROLES_PER_SCOPE = 2_000;

/** What is to become of a role; absent members stay. */
export interface RoleChanges {
  readonly name?: string;
  readonly description?: string | null;
  readonly permissions?: readonly string[];
  readonly addPermissions?: readonly string[];
  readonly removePermissions?: readonly string[];
}

/** What every realm comes with, when the role is that. */
export function builtInRole(role: Pick<Role, 'clientId' | 'name'>): BuiltInRole | undefined {
  return role.clientId === null ? BUILT_IN_ROLES.find(({ name }) => name === role.name) : undefined;
}

/** The mask of these names. @throws AppError `validation_failed` with a pointer for each that the catalogue does not have. */
export function strictMask(
  catalogue: PermissionCatalogue,
  names: readonly string[],
  member = 'permissions',
): PermissionMask {
  const known = new Set(catalogue.permissions.map(({ name }) => name));
  const fields = names.flatMap((name, index) =>
    known.has(name) ? [] : [fieldErrorAt(`/${member}/${index}`, 'is no permission of this catalogue')],
  );
  if (fields.length > 0) throw new AppError('validation_failed', { fields: fields.slice(0, 20) });
  return catalogue.maskOf(names);
}

/**
 * The role as it would be; the very same object when nothing would change.
 *
 * @throws AppError `validation_failed` for unknown permissions, `conflict` for what a built-in role keeps.
 */
export function changeRole(role: Role, changes: RoleChanges, catalogue: PermissionCatalogue): Role {
  const whole = changes.permissions === undefined ? role.mask : strictMask(catalogue, changes.permissions);
  const added = strictMask(catalogue, changes.addPermissions ?? [], 'add');
  // To do without what is unknown is no contradiction, but most likely a mistake.
  const removed = strictMask(catalogue, changes.removePermissions ?? [], 'remove');
  const changed: Role = {
    ...role,
    name: changes.name ?? role.name,
    description: changes.description === undefined ? role.description : changes.description,
    mask: (whole | added) & ~removed,
  };
  if (changed.name === role.name && changed.description === role.description && changed.mask === role.mask) return role;
  const builtIn = builtInRole(role);
  if (builtIn === undefined) return changed;
  if (changed.name !== role.name) throw builtInKeeps('its name');
  if ((changed.mask & BUILT_IN_BITS) !== (role.mask & BUILT_IN_BITS)) throw builtInKeeps('its permissions');
  return changed;
}

/** @throws AppError `conflict` for a role that comes with every realm. */
export function checkDeletableRole(role: Role): void {
  if (builtInRole(role) !== undefined) {
    throw new AppError('conflict', { detail: 'A built-in role cannot be deleted.', reason: 'built_in_role' });
  }
}

function builtInKeeps(what: string): AppError {
  return new AppError('conflict', { detail: `A built-in role keeps ${what}.`, reason: 'built_in_role' });
}
