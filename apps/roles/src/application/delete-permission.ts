import type { DeletePermission as Contract, RequestOf } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { requireManagesApi } from '../domain/grant-policy.js';
import { maskOf, without } from '../domain/mask.js';
import type { Role } from '../domain/role.js';
import { AdministerScope } from './administer-scope.js';
import { administrationEvent } from './administration-event.js';
import { ownPermissionNamed } from './update-permission.js';

/** How many roles a refusal lists one by one. */
const MAX_LISTED = 50;

/** Deletes a permission. Its bit rests until no token can carry it any more. */
@Injectable()
export class DeletePermission {
  constructor(
    private readonly administer: AdministerScope,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `forbidden`, `not_found`, `conflict` when it is built in, or held by roles and not forced. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<void> {
    const { actor, clientId, name, force } = request;
    requireManagesApi(actor, clientId);
    return this.administer.execute(request, context, async (transaction, { scope, permissions, roles, catalogue }) => {
      const permission = ownPermissionNamed(request, permissions);
      const mask = maskOf([permission.bit]);
      const holding = roles.filter((role) => (role.mask & mask) !== 0n);
      if (holding.length > 0 && !force) throw stillHeld(holding);
      const now = this.clock.now();
      for (const role of holding) {
        const version = await transaction.nextVersion();
        const narrowed = { ...role, mask: without(role.mask, mask), version, updatedAt: now };
        await transaction.saveRole(narrowed);
        const changes = {
          permissions: { before: catalogue.namesOf(role.mask), after: catalogue.namesOf(narrowed.mask) },
        };
        const details = { role: role.name, cause: 'permission_deleted', changes } as const;
        await transaction.record(
          administrationEvent({ type: 'role.updated', actor, scope, targetId: role.id, details }, context, now),
        );
      }
      await transaction.retirePermission(scope, permission.bit, now);
      const details = { permission: name, bit: permission.bit, taken_from_roles: holding.length };
      await transaction.record(
        administrationEvent({ type: 'permission.deleted', actor, scope, targetId: name, details }, context, now),
      );
      return { result: undefined, changed: true };
    });
  }
}

function stillHeld(holding: readonly Role[]): AppError {
  const names = holding.slice(0, MAX_LISTED).map(({ name }) => name);
  const more = holding.length > names.length ? ` and ${holding.length - names.length} more` : '';
  return new AppError('conflict', {
    detail: `Roles hold this permission: ${names.join(', ')}${more}. Take it from them first, or force the deletion.`,
    reason: 'permission_in_use',
    fields: names.map((name) => ({ pointer: '', field: 'role', message: name })),
  });
}
