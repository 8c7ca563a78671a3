import { changesBetween } from '#audit-trail';
import { REALM_SCOPE, type Permission, type RequestOf, type UpdatePermission as Contract } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { checkPermissionName, isBuiltInPermission } from '../domain/catalogue-policy.js';
import { requireManagesApi } from '../domain/grant-policy.js';
import { EMPTY_MASK, maskOf } from '../domain/mask.js';
import type { OwnPermission } from '../domain/permission-catalogue.js';
import { AdministerScope } from './administer-scope.js';
import { administrationEvent } from './administration-event.js';

/** Renames or describes a permission. Roles hold its bit, so they hold it by its new name. */
@Injectable()
export class UpdatePermission {
  constructor(
    private readonly administer: AdministerScope,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `forbidden`, `not_found`, `validation_failed` or `conflict` for the name. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<Permission> {
    const { actor, clientId, changes } = request;
    requireManagesApi(actor, clientId);
    return this.administer.execute(request, context, async (transaction, { scope, permissions, roles }) => {
      const before = ownPermissionNamed(request, permissions);
      const after: OwnPermission = {
        bit: before.bit,
        name: changes.name ?? before.name,
        description: changes.description === undefined ? before.description : changes.description,
        version: await transaction.nextVersion(),
      };
      const shown = { ...after, builtIn: false, reserved: false };
      if (after.name === before.name && after.description === before.description) {
        return { result: { ...shown, version: before.version }, changed: false };
      }
      const now = this.clock.now();
      if (after.name !== before.name) {
        checkPermissionName(after.name, permissions);
        // A role shows the names of its permissions, so it is another one to whoever has read it: its ETag changes.
        const mask = maskOf([before.bit]);
        for (const role of roles.filter((one) => (one.mask & mask) !== EMPTY_MASK)) {
          await transaction.saveRole({ ...role, version: await transaction.nextVersion(), updatedAt: now });
        }
      }
      await transaction.savePermission(scope, after);
      const details = {
        permission: after.name,
        bit: after.bit,
        changes: changesBetween(
          { name: before.name, description: before.description },
          { name: after.name, description: after.description },
        ),
      };
      await transaction.record(
        administrationEvent({ type: 'permission.updated', actor, scope, targetId: before.name, details }, context, now),
      );
      return { result: shown, changed: true };
    });
  }
}

/**
 * The own permission of that name, in the version that is asked for.
 *
 * @throws AppError `not_found`; `conflict` for a built-in one, which nobody changes; `precondition_failed`.
 */
export function ownPermissionNamed<T extends OwnPermission>(
  request: { readonly clientId: string | null; readonly name: string; readonly ifVersion?: number | null },
  permissions: readonly T[],
): T {
  const { clientId, name, ifVersion = null } = request;
  const found = permissions.find((permission) => permission.name === name);
  if (found !== undefined) {
    if (ifVersion === null || ifVersion === found.version) return found;
    const detail = 'It was changed since it was read.';
    throw new AppError('precondition_failed', { detail, reason: 'version_differs' });
  }
  if (isBuiltInPermission(clientId ?? REALM_SCOPE, name)) {
    throw new AppError('conflict', {
      detail: 'A built-in permission stays as it is.',
      reason: 'built_in_permission',
    });
  }
  throw new AppError('not_found', { detail: 'There is no such permission.', reason: 'unknown_permission' });
}
